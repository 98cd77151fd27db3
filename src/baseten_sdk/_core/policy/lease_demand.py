"""What calls of one size need of the limits: how many of them may begin, and when. It must not know who makes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import floor

from .allowance import MINUTE, Allowance

MOST = 1000
"""The most calls in a lease."""


@dataclass(frozen=True, slots=True)
class LeaseDemand:
    """Calls that each use the same number of tokens, at one moment.

    Attributes:
        requests: The allowance of requests. None: it does not apply.
        tokens: The same for tokens.
        each: The tokens of a call.
        now: The time.
    """

    requests: Allowance | None
    tokens: Allowance | None
    each: float
    now: float

    def allowed_in(self, seconds: float) -> int:
        """Return how many calls the limits allow in some seconds; at least one."""
        calls = float(MOST)
        if self.requests is not None:
            calls = min(calls, self.requests.limit * seconds / MINUTE)
        if self.tokens is not None:
            calls = min(calls, self.tokens.limit * seconds / MINUTE / self.each)
        return max(1, floor(calls))

    def available(self) -> int:
        """Return how many calls may begin now."""
        calls = float(MOST)
        if self.requests is not None:
            calls = min(calls, self.requests.available(self.now))
        if self.tokens is not None:
            calls = min(calls, self.tokens.available(self.now) / self.each)
        if calls < 1 and self.opens(1) <= self.now:
            return 1  # a call that is larger than a burst
        return max(floor(calls), 0)

    def opens(self, calls: int) -> float:
        """Return the moment at which some calls may begin. `inf`: it is unknown."""
        opens = self.now
        if self.requests is not None:
            opens = self.requests.opens(calls, self.now)
        if self.tokens is not None:
            opens = max(opens, self.tokens.opens(calls * self.each, self.now))
        return opens

    def opens_after(self, before: Iterable[float]) -> float:
        """Return a lower bound for a call that waits behind others.

        Args:
            before: The tokens of each of the others.
        """
        sizes = [*before, self.each]
        opens = self.now
        if self.requests is not None:
            opens = self.requests.soonest(len(sizes), self.now)
        if self.tokens is not None:
            opens = max(opens, self.tokens.soonest(sum(sizes), self.now))
        return opens

    def hold(self, calls: int) -> None:
        """Hold what some calls may use."""
        if self.requests is not None:
            self.requests.hold(calls, self.now)
        if self.tokens is not None:
            self.tokens.hold(calls * self.each, self.now)
