"""A limit a minute that is enforced: an allowance that is replenished all the time. Pure; the time is passed in."""

from __future__ import annotations

MINUTE = 60.0


class MinuteLimit:
    """What is left of a limit.

    Args:
        per_minute: how much is replenished in a minute.
        burst: how much there is at most.
        now: the time.
    """

    __slots__ = ("_burst", "_last", "_level", "per_minute")

    def __init__(self, per_minute: int, burst: int, now: float) -> None:
        self.per_minute = per_minute
        self._burst = float(burst)
        self._level = float(burst)
        self._last = now

    def left(self, now: float) -> float:
        """How much is left; below 0 where more was used than there was."""
        self._level = min(self._burst, self._level + max(now - self._last, 0.0) * self.per_minute / MINUTE)
        self._last = now
        return self._level

    def wait(self, now: float) -> float:
        """Seconds until one more may be taken; 0.0: now."""
        return max(1.0 - self.left(now), 0.0) * MINUTE / self.per_minute

    def take(self, amount: float) -> None:
        """Use so much; more than is left is owed."""
        self._level -= amount
