"""The retry budget of a client: it keeps a failing service from being sent several times what it already fails at."""

from __future__ import annotations

REFUND = 0.2
"""What a success gives back: in the long run at most a sixth of what is sent is retries."""


class RetryBudget:
    """A bucket of tokens: a retry takes one, a success gives a part of one back."""

    __slots__ = ("_tokens", "capacity")

    def __init__(self, capacity: float) -> None:
        self.capacity = capacity
        self._tokens = capacity

    def spend(self) -> bool:
        """Take a token for a retry. Whether there was one."""
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def refund(self) -> None:
        """A call succeeded."""
        if self._tokens < self.capacity:
            self._tokens = min(self.capacity, self._tokens + REFUND)
