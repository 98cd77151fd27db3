"""A limit per minute: an allowance that refills continuously. Pure: the caller passes the time."""

from __future__ import annotations

MINUTE = 60.0


class MinuteLimit:
    """What is left of a limit.

    Args:
        per_minute: How much is replenished in a minute.
        burst: How much there is at most.
    """

    __slots__ = ("_burst", "_last", "_level", "per_minute")

    def __init__(self, per_minute: int, burst: int, now: float) -> None:
        self.per_minute = per_minute
        self._burst = float(burst)
        self._level = float(burst)
        self._last = now

    def left(self, now: float) -> float:
        """Return how much is left. Negative if more was used."""
        self._level = min(self._burst, self._level + max(now - self._last, 0.0) * self.per_minute / MINUTE)
        self._last = now
        return self._level

    def wait(self, now: float) -> float:
        """Return the seconds until one more fits. 0.0: now."""
        return max(1.0 - self.left(now), 0.0) * MINUTE / self.per_minute

    def take(self, amount: float) -> None:
        """Use an amount. It may exceed what is left."""
        self._level -= amount
