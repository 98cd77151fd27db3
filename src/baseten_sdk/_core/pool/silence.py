"""Detects a member with calls in flight that has gone silent. Pure: the caller passes the time.

A member that hangs fails only when the first of its calls times out, which may take minutes. Until then, it would get
its share of all new calls. So new calls prefer other members once it has answered nothing for longer than its slowest
recent answer took. `member_check` decides about its calls in flight.
"""

from __future__ import annotations

LEAST = 0.25
"""Seconds that never count as silence."""

FADE = 0.98
"""How much each answer leaves of the slowest one before it."""


MOST_KINDS = 64
"""Kinds of requests whose times are kept. Each path of a container is a kind of its own."""


class Silence:
    """A member's calls in flight, and when it last answered.

    Attributes:
        heard: When it last answered, or else when it got its first call in flight.
    """

    __slots__ = ("_flight", "_slowest", "heard")

    def __init__(self) -> None:
        self._flight = 0
        self.heard = 0.0
        self._slowest = 0.0

    def began(self, now: float) -> None:
        """Note that a call is sent."""
        if not self._flight:
            self.heard = now
        self._flight += 1

    def answered(self, seconds: float, now: float) -> None:
        """Note that a call was answered after this many seconds."""
        self._flight -= 1
        self.heard = now
        self._slowest = max(seconds, self._slowest * FADE)

    def ended(self) -> None:
        """Note that a call ended without an answer."""
        self._flight -= 1

    def lasts(self, now: float) -> bool:
        """Whether it has been silent for longer than usual. Before the first answer, nothing is unusual."""
        if not self._flight or not self._slowest:
            return False
        return now - self.heard > max(self._slowest, LEAST)


class SlowestAnswers:
    """How long the slowest recent answers of a pool took, by the kind of the request."""

    __slots__ = ("_seconds",)

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    def answered(self, kind: str, seconds: float) -> None:
        """Note an answer."""
        before = self._seconds.get(kind)
        if before is None and len(self._seconds) >= MOST_KINDS:
            self._seconds.clear()
        self._seconds[kind] = max(seconds, LEAST if before is None else before * FADE, LEAST)

    def of(self, kind: str) -> float | None:
        """Return the seconds of the slowest recent answer to requests of a kind. None: there was no answer yet."""
        return self._seconds.get(kind)
