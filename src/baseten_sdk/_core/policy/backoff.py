"""Waits that grow from one try to the next. Pure: the caller passes the random numbers."""

from __future__ import annotations

from collections.abc import Iterator
from math import log
from random import Random
from typing import NamedTuple


class Backoff(NamedTuple):
    """A ladder of waits, in seconds.

    Attributes:
        first: The wait after the first try.
        longest: The wait that no later one exceeds.
        growth: How much longer each wait is than the one before.
    """

    first: float
    longest: float
    growth: float = 2.0

    def after(self, tries: int) -> float:
        """Return the wait after this many tries, counted from 1."""
        if self.first <= 0:
            return 0.0
        if self.first >= self.longest or (tries - 1) * log(self.growth) >= log(self.longest / self.first):
            return self.longest
        return self.first * self.growth ** (tries - 1)

    def jittered(self, tries: int, random: Random) -> float:
        """Return a random wait between 0 and `after(tries)` ("full jitter"), so that callers do not all come back at
        once.
        """
        return random.uniform(0, self.after(tries))

    def waits(self) -> Iterator[float]:
        """Yield the wait after each try, without end."""
        wait = min(self.first, self.longest)
        while True:
            yield wait
            wait = min(wait * self.growth, self.longest)
