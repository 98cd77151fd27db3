"""The retry budget of a client: it keeps a failing service from being sent several times what it already fails at."""

from __future__ import annotations

REFUND = 0.2
"""What a success gives back: in the long run at most a sixth of what is sent is retries."""


class RetryBudget:
    """A bucket of tokens: a retry takes one, a success gives a part of one back.

    Attributes:
        capacity: the tokens that it holds when it is full.
        successes: how many calls have succeeded.
    """

    __slots__ = ("_tokens", "capacity", "successes")

    def __init__(self, capacity: float) -> None:
        self.capacity = capacity
        self.successes = 0
        self._tokens = capacity

    def spend(self) -> bool:
        """Take a token for a retry. Whether there was one."""
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def refund(self) -> None:
        """A call succeeded."""
        self.successes += 1
        if self._tokens < self.capacity:
            self._tokens = min(self.capacity, self._tokens + REFUND)
