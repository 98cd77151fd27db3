"""The options of every connection: send small pieces at once, and notice a dead connection. It opens nothing."""

from __future__ import annotations

import socket

UNACKNOWLEDGED = 30
"""Seconds that sent data may stay unacknowledged before the connection counts as dead."""


def _options() -> list[tuple[int, int, int]]:
    """Return the options that send small pieces at once and notice a connection that a router has forgotten."""
    known = ("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 20), ("TCP_KEEPCNT", 3), ("TCP_USER_TIMEOUT", UNACKNOWLEDGED * 1000)
    return [
        (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        *((socket.IPPROTO_TCP, getattr(socket, name), value) for name, value in known if hasattr(socket, name)),
    ]


OPTIONS = _options()
"""The options of every connection: level, option and value."""


def tune(raw: socket.socket) -> None:
    """Set the options."""
    for option in OPTIONS:
        raw.setsockopt(*option)
