"""`concurrency="auto"`: as many calls in flight as the service takes well, found while the rows run.

Theory of operation. Additive increase, multiplicative decrease. A round, in which as many calls succeed as are in
flight, adds one call. At first every success adds one, which doubles the number each round until something is in the
way. Just below the number of the last refusal the increase is slow, so that the batch stays there instead of running
into it all the time. A refusal (429, 503, 529, a lost connection, a call that had to be repeated) takes three tenths
off, unless it is a single one after many calls that were taken. So does a median latency of twice the best one, in
three rounds in a row: the calls beyond that wait in the service's queue and make nothing faster.

Outcomes of calls that began before the last decrease say nothing about the number since, and are ignored. A latency
that does not fall with the number has another cause, such as longer rows. It becomes the new measure.

It must not know how calls are made or held back.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

from ..._repr import safe_repr
from ...errors import (
    APIConnectionError,
    BadGatewayError,
    ConfigurationError,
    GatewayTimeoutError,
    OverloadedError,
    RateLimitError,
    ServiceUnavailableError,
)
from ...rates import RefusalStreak
from ...types.batch import Ok, Outcome

DECREASE = 0.7
"""The share that a decrease leaves."""

SLOW_ROUNDS = 3
"""Slow rounds in a row before a decrease. The number does not rise in the meantime, so all calls of the last round
began with the number that they are judged by."""

SLOW = 2.0
"""Median latency, as a multiple of the best one, from which the service counts as queueing."""

CAUSED = 0.85
"""A latency that falls below this share of itself after a decrease was caused by the number of calls."""

NEAR = 0.9
"""From this share of the number of the last refusal, up to a little beyond it, the increase is slow."""

SLOWLY = 0.2
"""How fast a slow increase is, as a share of the usual one."""

ROUND = 16
"""The fewest calls in a round. Fewer have no meaningful median."""

CONGESTION = (
    RateLimitError,
    ServiceUnavailableError,
    OverloadedError,
    BadGatewayError,
    GatewayTimeoutError,
    APIConnectionError,
)
"""Failures that mean that the service, or the way to it, is overloaded."""


class AdaptiveConcurrency:
    """A concurrency that adapts to the service.

    Args:
        most: The most calls in flight. At most the client's `Limits(concurrency=...)`.
        initial: Calls in flight at first.
        least: The fewest calls in flight.
        now: Returns the seconds of a monotonic clock.

    Raises:
        ConfigurationError: The numbers are out of order.
    """

    def __init__(
        self, most: int = 256, *, initial: int = 4, least: int = 1, now: Callable[[], float] = time.monotonic
    ) -> None:
        if not 1 <= least <= most:
            raise ConfigurationError(
                f"AdaptiveConcurrency needs 1 <= least <= most, not least={least!r} and most={most!r}."
            )
        self._most = most
        self._least = least
        self._now = now
        self._allowed = float(min(max(initial, least), most))
        self._doubling = True
        self._ceiling: float | None = None
        self._round = self._allowed
        self._cut_at = -1.0
        self._cut_from: float | None = None
        self._times: list[float] = []
        self._best: float | None = None
        self._slow = 0
        self._refusals = RefusalStreak()

    @property
    def current(self) -> int:
        """How many calls may be in flight."""
        return int(self._allowed)

    def note(self, outcome: Outcome[object, object], /) -> None:
        """Learn from an outcome."""
        now = self._now()
        if now - outcome.seconds < self._cut_at:
            return
        if isinstance(outcome, Ok) and outcome.attempts <= 1:
            self._succeeded(outcome.seconds, now)
        elif (isinstance(outcome, Ok) or isinstance(outcome.error, CONGESTION)) and self._refusals.refused():
            self._ceiling = self._allowed
            self._cut(now)
            self._cut_from = None

    def _succeeded(self, seconds: float, now: float) -> None:
        self._refusals.taken(sent_since=False)
        self._allowed = min(self._allowed + self._step(), self._most)
        self._times.append(seconds)
        if len(self._times) >= max(self._round, ROUND):
            self._end_round(median(self._times), now)

    def _step(self) -> float:
        if self._slow:
            return 0.0
        if self._doubling:
            return 1.0
        ceiling = self._ceiling
        if ceiling is not None and min(ceiling * NEAR, ceiling - 1) <= self._allowed <= ceiling + 1:
            return SLOWLY / self._allowed
        return 1.0 / self._allowed

    def _end_round(self, typical: float, now: float) -> None:
        self._times.clear()
        self._round = self._allowed
        before, self._cut_from = self._cut_from, None
        best = self._best if self._best is not None else typical
        if typical <= SLOW * best:
            self._best, self._slow = min(best, typical), 0
        elif before is not None and typical > CAUSED * before:
            self._best, self._slow = typical, 0
        elif self._slow < SLOW_ROUNDS - 1:
            self._doubling, self._slow = False, self._slow + 1
        else:
            self._cut(now)
            self._cut_from = typical

    def _cut(self, now: float) -> None:
        self._allowed = max(self._allowed * DECREASE, float(self._least))
        self._slow = 0
        self._doubling = False
        self._cut_at = now
        self._round = self._allowed
        self._times.clear()

    @safe_repr
    def __repr__(self) -> str:
        return f"<AdaptiveConcurrency at {self.current} of {self._most}>"
