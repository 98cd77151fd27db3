"""The bytes that wait to be sent over a connection in both directions, and what its socket takes and has at once."""

from __future__ import annotations

import socket
import ssl
from collections import deque
from collections.abc import Iterable

from .readiness import PIECE, UNREADY
from .sockets import RECORD

NOT_NOW = (*UNREADY, ssl.SSLWantWriteError)
"""What a socket raises if it can do nothing at the moment."""


class DuplexQueue:
    """What both flavors share: the bytes to send, and what a socket can do at once."""

    __slots__ = ("_full", "_more", "_out", "_raw")

    def __init__(self, raw: socket.socket) -> None:
        self._raw = raw
        self._out: deque[bytes | memoryview] = deque()
        self._full = RECORD if isinstance(raw, ssl.SSLSocket) else PIECE
        self._more = False

    def push(self, pieces: Iterable[bytes]) -> None:
        """Queue bytes to send. The caller holds `state`."""
        self._out.extend(pieces)

    def drain(self) -> bool:
        """Send what the socket takes at once. The caller holds `state`.

        Returns:
            Whether nothing is left.

        Raises:
            OSError: The connection broke.
        """
        out = self._out
        while out:
            piece = out[0]
            try:
                sent = self._raw.send(piece)
            except NOT_NOW:
                return False
            if sent < len(piece):
                out[0] = memoryview(piece)[sent:]
            else:
                out.popleft()
        return True

    def take(self) -> bytes | None:
        """Return what has arrived: b"" at the end, None if nothing has. The caller holds `state`.

        Raises:
            OSError: The connection broke.
        """
        try:
            data = self._raw.recv(PIECE)
        except NOT_NOW:
            self._more = False
            return None
        self._more = len(data) >= self._full
        return data
