"""No client at all: the request as ready bytes, the reply by its length, nothing decoded. Nothing can cost less."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable

import anyio

from ..replies import STREAM_END
from .base import API_KEY, AsyncPeer, Place, SyncPeer
from .shapes import REQUEST, STREAM_REQUEST

PIECE = 64 * 1024

TEXT = b'"content"'
"""What a chunk that holds text has once."""


def request(place: Place, body: dict[str, object]) -> bytes:
    """A whole request."""
    content = json.dumps(body).encode()
    head = (
        f"POST /{place.answer}/v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1:{place.port}\r\n"
        f"authorization: Bearer {API_KEY}\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def connect(place: Place) -> socket.socket:
    """A connection that sends at once."""
    raw = socket.create_connection(("127.0.0.1", place.port))
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return raw


class AsyncBare(AsyncPeer):
    def __init__(self, place: Place) -> None:
        self._place = place
        self._chat = request(place, REQUEST)
        self._stream = request(place, STREAM_REQUEST)
        self._idle: list[socket.socket] = []

    def _take(self) -> socket.socket:
        if self._idle:
            return self._idle.pop()
        raw = connect(self._place)
        raw.setblocking(False)
        return raw

    async def chat(self) -> str:
        raw = self._take()
        raw.send(self._chat)
        await anyio.wait_readable(raw)
        reply = raw.recv(PIECE)
        self._idle.append(raw)
        return reply.decode()

    async def chunks(self, first: Callable[[], object]) -> int:
        count = 0
        raw = self._take()
        raw.send(self._stream)
        tail = b""
        while tail[-5:] != STREAM_END:
            await anyio.wait_readable(raw)
            piece = tail + raw.recv(PIECE)
            if not count:
                first()
            count += piece.count(TEXT)
            tail = piece[1 - len(TEXT) :]
        self._idle.append(raw)
        return count

    async def aclose(self) -> None:
        for raw in self._idle:
            raw.close()


class SyncBare(SyncPeer):
    def __init__(self, place: Place) -> None:
        self._raw = connect(place)
        self._chat = request(place, REQUEST)

    def chat(self) -> str:
        self._raw.sendall(self._chat)
        return self._raw.recv(PIECE).decode()

    def close(self) -> None:
        self._raw.close()


def open_async(place: Place, variant: str) -> AsyncBare:
    return AsyncBare(place)


def open_sync(place: Place, variant: str) -> SyncBare:
    return SyncBare(place)
