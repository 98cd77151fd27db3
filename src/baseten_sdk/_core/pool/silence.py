"""Detects a member with calls in flight that has gone silent. Pure: the caller passes the time.

A member that hangs fails only when the first of its calls times out, which may take minutes. Until then, it would get
its share of all new calls. So new calls prefer other members once it has answered nothing for longer than its slowest
recent answer took. Its calls in flight continue.
"""

from __future__ import annotations

LEAST = 0.25
"""Seconds that never count as silence."""

FADE = 0.98
"""How much each answer leaves of the slowest one before it."""


class Silence:
    """A member's calls in flight, and when it last answered."""

    __slots__ = ("_flight", "_heard", "_slowest")

    def __init__(self) -> None:
        self._flight = 0
        self._heard = 0.0
        self._slowest = 0.0

    def began(self, now: float) -> None:
        """Note that a call is sent."""
        if not self._flight:
            self._heard = now
        self._flight += 1

    def answered(self, seconds: float, now: float) -> None:
        """Note that a call was answered after this many seconds."""
        self._flight -= 1
        self._heard = now
        self._slowest = max(seconds, self._slowest * FADE)

    def ended(self) -> None:
        """Note that a call ended without an answer."""
        self._flight -= 1

    def lasts(self, now: float) -> bool:
        """Whether it has been silent for longer than usual. Before the first answer, nothing is unusual."""
        if not self._flight or not self._slowest:
            return False
        return now - self._heard > max(self._slowest, LEAST)
