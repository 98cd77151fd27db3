"""How much the server can do: sockets with more requests on the way than it can answer, and nothing decoded.

It prints calls a second and chunks a second.
"""

from __future__ import annotations

import json
import socket
import sys
import time

from .peers.base import Place
from .peers.shapes import REQUEST, STREAM_REQUEST
from .peers.socket import connect, request
from .replies import CHAT, stream

SOCKETS = 32
DEPTH = 8
"""Connections, and requests that are sent on each before the first reply is read."""

SECONDS = 1.0


def _rate(sockets: list[socket.socket], message: bytes, expected: int, each: int) -> float:
    """Replies a second, where a message brings so many bytes and so many replies."""
    place = bytearray(256 * 1024)
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < SECONDS:
        for raw in sockets:
            raw.sendall(message)
        for raw in sockets:
            left = expected
            while left > 0:
                left -= raw.recv_into(place)
            count += each
    return count / (time.perf_counter() - start)


def flood(port: int) -> None:
    """Measure and print."""
    plain, streamed = Place(port, "chat-0", SOCKETS), Place(port, "stream-1000-0", 1)
    sockets = [connect(plain) for _ in range(SOCKETS)]
    calls = _rate(sockets, request(plain, REQUEST) * DEPTH, len(CHAT) * DEPTH, DEPTH)
    chunks = _rate([connect(streamed)], request(streamed, STREAM_REQUEST), len(stream(1000)), 1000)
    print(json.dumps({"calls": calls, "chunks": chunks}))


if __name__ == "__main__":
    flood(int(sys.argv[1]))
