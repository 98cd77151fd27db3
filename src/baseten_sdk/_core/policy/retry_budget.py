"""The retry budget of a client. It limits the extra load on a failing service."""

from __future__ import annotations

REFUND = 0.2
"""What a success gives back. In the long run, at most a sixth of all requests are retries."""


class RetryBudget:
    """A token bucket. A retry takes one token, and a success gives a part of one back.

    Attributes:
        capacity: How many tokens a full bucket holds.
        successes: How many calls have succeeded.
    """

    __slots__ = ("_tokens", "capacity", "successes")

    def __init__(self, capacity: float) -> None:
        self.capacity = capacity
        self.successes = 0
        self._tokens = capacity

    def spend(self) -> bool:
        """Take a token for a retry. Return whether there was one."""
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def refund(self) -> None:
        """Note that a call succeeded."""
        self.successes += 1
        if self._tokens < self.capacity:
            self._tokens = min(self.capacity, self._tokens + REFUND)
