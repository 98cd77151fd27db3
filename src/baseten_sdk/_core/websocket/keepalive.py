"""When to ping a WebSocket, and when its silence means that it is dead. The caller passes the time."""

from __future__ import annotations

from typing import Literal, TypeAlias

Due: TypeAlias = Literal["nothing", "ping", "lost"]


class Keepalive:
    """How long the other side has been silent.

    Args:
        interval: Seconds of silence until a ping, and again until the connection counts as dead. None: never.
    """

    __slots__ = ("_heard", "_pinged", "interval")

    def __init__(self, interval: float | None, now: float) -> None:
        self.interval = interval
        self._heard = now
        self._pinged: float | None = None

    def heard(self, now: float) -> None:
        """Note that something arrived."""
        self._heard = now
        self._pinged = None

    def due(self, now: float) -> Due:
        """Return what to do. A ping that is due counts as sent."""
        if self.interval is None:
            return "nothing"
        if self._pinged is not None:
            return "lost" if now - self._pinged >= self.interval else "nothing"
        if now - self._heard < self.interval:
            return "nothing"
        self._pinged = now
        return "ping"
