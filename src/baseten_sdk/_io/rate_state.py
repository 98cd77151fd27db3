"""The rate state of a client: what it sent and used in the last minute, what it is about to, and who has refused it.

They are shared by all its event loops and threads, so a lock guards them. Nothing here waits; `throttle` does.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping

from .._core.policy.backoff_gate import BackoffGates
from .._core.policy.rate_limit import RateLimit, Reservation
from .._core.policy.token_estimate import UNMETERED, Estimate, TokenEstimates, Used
from .._core.reply.retry_after import number, retry_after
from .._core.request.request import Request
from ..config import Limits

_RANDOM = random.Random()


class RateState:
    """The rate state of one client.

    Attributes:
        idle: whether there is nothing to ask: no limits, and no gate that may be closed.
        limited: whether there are limits.
        metered: whether tokens are counted.
    """

    __slots__ = ("_estimates", "_gates", "_lock", "_rates", "idle", "limited", "metered")

    def __init__(self, limits: Limits) -> None:
        requests, tokens = limits.requests_per_minute, limits.tokens_per_minute
        self.metered = tokens is not None
        self.limited = requests is not None or self.metered
        self.idle = not self.limited
        self._lock = threading.RLock()
        self._rates = RateLimit(requests, tokens)
        self._estimates = TokenEstimates()
        self._gates = BackoffGates()

    def estimate(self, request: Request) -> Estimate:
        """What an attempt may use."""
        return self._estimates.estimate(request) if self.metered else UNMETERED

    def reserve(self, tokens: float, now: float) -> Reservation | float:
        """Take what an attempt needs; or, where that cannot be yet, the moment to ask again (`inf`: nobody knows)."""
        with self._lock:
            opens = self._rates.opens(tokens, now)
            return opens if opens > now else self._rates.hold(tokens, now)

    def soonest(self, ahead: int, now: float) -> float:
        """A moment before which the turn of a call with so many others before it cannot come."""
        with self._lock:
            return self._rates.soonest(ahead, now)

    def sent(self, reservation: Reservation, now: float) -> None:
        """The request goes out."""
        with self._lock:
            self._rates.sent(reservation, now)

    def settle(self, reservation: Reservation, estimate: Estimate, used: Used | float, now: float) -> None:
        """The attempt has ended, and has used so many tokens."""
        with self._lock:
            if isinstance(used, Used):
                self._estimates.learn(estimate, used)
                used = used.total
            self._rates.settle(reservation, used, now)

    def refused(self, url: str, seconds: float, now: float) -> None:
        """A URL has answered 429: it is closed to everybody for so many seconds."""
        with self._lock:
            self._gates.close(url, seconds, now)
            self._rates.drain(now)
            self.idle = False

    def release(self, url: str, now: float) -> float:
        """The moment at which the gate of a URL lets one through who comes now."""
        with self._lock:
            moment = self._gates.release(url, now, _RANDOM)
            self.idle = not self.limited and not self._gates.closed
            return moment

    def told(self, url: str, headers: Mapping[str, str], wall: float, now: float) -> None:
        """A reply tells of limits, and maybe that one of them is used up.

        Args:
            url: where it came from.
            headers: its headers.
            wall: seconds since the epoch.
            now: the same moment on the steady clock.
        """
        requests, tokens = (number(headers.get(f"x-ratelimit-limit-{what}")) for what in ("requests", "tokens"))
        asked = retry_after(headers, wall, refused=False)
        with self._lock:
            self._rates.restrict(requests, tokens)
            if asked:
                self._gates.close(url, asked, now)
