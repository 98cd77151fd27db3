"""`concurrency="auto"`: as many calls in flight as the service takes well, found while the rows run.

Theory of operation. Additive increase, multiplicative decrease: a round, in which as many calls succeed as are in
flight, adds one; at first every success does, which doubles the level each round until something is in the way. Just
below the level of the last refusal it goes slowly, so that it stays there rather than running into it all the time. A
refusal (429, 503, 529, a lost connection, a call that had to be repeated) takes three tenths off. So does a median
latency that is twice the best one, in three rounds in a row: the calls beyond that wait in the service's queue and make
nothing faster.

Whatever comes of calls that began before the last decrease says nothing of the level since, and is ignored. Latency
that does not fall when the level does has another reason, such as longer rows: it becomes the new measure.

It must not know how calls are made or held back.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

from ...errors import (
    APIConnectionError,
    BadGatewayError,
    ConfigurationError,
    GatewayTimeoutError,
    OverloadedError,
    RateLimitError,
    ServiceUnavailableError,
)
from ...types.batch import Ok, Outcome

DECREASE = 0.7
"""What a decrease leaves of the level."""

PATIENCE = 3
"""Slow rounds in a row before the level is lowered. It does not rise in the meantime, so all calls of the last of them
began at the level that they are to tell of."""

SLOW = 2.0
"""Median latency, as a multiple of the best one, from which on the service is taken to be queueing."""

CAUSED = 0.85
"""A latency that falls below this part of itself after a decrease was caused by the level."""

NEAR = 0.9
"""From this part of the level of the last refusal on, up to a little beyond it, the level rises slowly."""

SLOWLY = 0.2
"""How fast that is, as a part of the usual."""

ROUND = 16
"""Calls that a round has at least: fewer have no median to speak of."""

CONGESTION = (
    RateLimitError,
    ServiceUnavailableError,
    OverloadedError,
    BadGatewayError,
    GatewayTimeoutError,
    APIConnectionError,
)
"""Failures that say that the service, or the way to it, has too much to do."""


class AdaptiveConcurrency:
    """A level that finds itself.

    Args:
        most: calls in flight at most; the client's `Limits(concurrency=...)`.
        initial: calls in flight at first.
        least: calls in flight at least.
        now: seconds on a steady clock.

    Raises:
        ConfigurationError: the numbers are out of order.
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
        self._level = float(min(max(initial, least), most))
        self._doubling = True
        self._ceiling: float | None = None
        self._round = self._level
        self._cut_at = -1.0
        self._cut_from: float | None = None
        self._times: list[float] = []
        self._best: float | None = None
        self._slow = 0

    @property
    def current(self) -> int:
        """So many calls may be in flight."""
        return int(self._level)

    def note(self, outcome: Outcome[object, object], /) -> None:
        """Learn from an outcome."""
        now = self._now()
        if now - outcome.seconds < self._cut_at:
            return
        if isinstance(outcome, Ok) and outcome.attempts <= 1:
            self._succeeded(outcome.seconds, now)
        elif isinstance(outcome, Ok) or isinstance(outcome.error, CONGESTION):
            self._ceiling = self._level
            self._cut(now)
            self._cut_from = None

    def _succeeded(self, seconds: float, now: float) -> None:
        self._level = min(self._level + self._step(), self._most)
        self._times.append(seconds)
        if len(self._times) >= max(self._round, ROUND):
            self._end_round(median(self._times), now)

    def _step(self) -> float:
        if self._slow:
            return 0.0
        if self._doubling:
            return 1.0
        ceiling = self._ceiling
        if ceiling is not None and min(ceiling * NEAR, ceiling - 1) <= self._level <= ceiling + 1:
            return SLOWLY / self._level
        return 1.0 / self._level

    def _end_round(self, typical: float, now: float) -> None:
        self._times.clear()
        self._round = self._level
        before, self._cut_from = self._cut_from, None
        best = self._best if self._best is not None else typical
        if typical <= SLOW * best:
            self._best, self._slow = min(best, typical), 0
        elif before is not None and typical > CAUSED * before:
            self._best, self._slow = typical, 0
        elif self._slow < PATIENCE - 1:
            self._doubling, self._slow = False, self._slow + 1
        else:
            self._cut(now)
            self._cut_from = typical

    def _cut(self, now: float) -> None:
        self._level = max(self._level * DECREASE, float(self._least))
        self._slow = 0
        self._doubling = False
        self._cut_at = now
        self._round = self._level
        self._times.clear()

    def __repr__(self) -> str:
        return f"<AdaptiveConcurrency at {self.current} of {self._most}>"
