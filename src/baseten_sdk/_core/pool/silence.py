"""Whether a member that has calls in flight has gone silent. Pure; the time is passed in.

A member that hangs fails only when the first of its calls runs out of time, which may take minutes. Until then it would
be given its share of all new calls. So new calls prefer other members as soon as it has answered nothing for longer
than its slowest recent answer took: one of its calls is slower than all of these. Nobody is given up for it, the calls
that it has go on.
"""

from __future__ import annotations

LEAST = 0.25
"""Seconds that are no silence in any case."""

FADE = 0.98
"""What each answer leaves of the slowest one before it."""


class Silence:
    """What a member has in flight, and when it was last heard of."""

    __slots__ = ("_flight", "_heard", "_slowest")

    def __init__(self) -> None:
        self._flight = 0
        self._heard = 0.0
        self._slowest = 0.0

    def began(self, now: float) -> None:
        """A call goes out."""
        if not self._flight:
            self._heard = now
        self._flight += 1

    def answered(self, seconds: float, now: float) -> None:
        """A call was answered, so many seconds after it went out."""
        self._flight -= 1
        self._heard = now
        self._slowest = max(seconds, self._slowest * FADE)

    def ended(self) -> None:
        """A call ended without an answer."""
        self._flight -= 1

    def lasts(self, now: float) -> bool:
        """Whether it has been silent for longer than is usual. Nothing is usual before the first answer."""
        if not self._flight or not self._slowest:
            return False
        return now - self._heard > max(self._slowest, LEAST)
