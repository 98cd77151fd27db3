"""A local server that costs as little as it can: HTTP/1.1 read and written by hand, every reply made beforehand.

Theory of operation. The first part of a request's path says what to answer with, so that no client needs anything but
a base URL: `/chat-20/...` is a chat reply after 20 ms, `/predict-0/...` a prediction at once, `/stream-1000-0/...` a
thousand chunks in one piece, `/stream-100-10/...` one chunk each 10 ms, `/embed-5-50/...` the vectors of 128 texts
after 5 ms, but each 50th time after half a second. A body is skipped by its length; of one that asks for embeddings, it
is looked up whether they are to be base64.

It prints its port and serves until its standard input ends, which it does with the process that started it.
"""

from __future__ import annotations

import asyncio
import gc
import socket
import sys

from .message_replies import MESSAGE, message_stream
from .replies import (
    CHAT,
    DECISION,
    PREDICTION,
    RESPONSE,
    STREAM_HEAD,
    embeddings,
    frames,
    full_stream,
    response_stream,
    stream,
)

BACKLOG = 4096

BASE64 = b'"base64"'

SLOW = 500
"""Milliseconds of a reply that is slow among others."""


class Connection(asyncio.Protocol):
    """One client's connection."""

    embedded = 0

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._buffer = b""
        self._packed = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        # A socket made with proto=0 is left without it by asyncio: its second small write waits for an ACK.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport.set_write_buffer_limits(high=64 * 1024 * 1024)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        while self._buffer:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._buffer[:end].lower()
            whole = _end_of_body(self._buffer, head, end + 4)
            if whole is None or whole > len(self._buffer):
                return
            self._packed = self._buffer.find(BASE64, end, whole) >= 0
            self._buffer = self._buffer[whole:]
            self._answer(head[head.find(b"/") + 1 :].split(b"/", 1)[0].decode())

    def _answer(self, what: str) -> None:
        kind, *numbers = what.split("-")
        match kind, [int(number) for number in numbers]:
            case "chat", [delay]:
                self._later(CHAT, delay)
            case "predict", [delay]:
                self._later(PREDICTION, delay)
            case "decide", [delay]:
                self._later(DECISION, delay)
            case "embed", [delay, each]:
                Connection.embedded += 1
                self._later(embeddings(self._packed), SLOW if each and Connection.embedded % each == 0 else delay)
            case "stream", [count, 0]:
                self._write(stream(count))
            case "response", [delay]:
                self._later(RESPONSE, delay)
            case "responses", [count]:
                self._write(response_stream(count))
            case "message", [delay]:
                self._later(MESSAGE, delay)
            case "messages", [count]:
                self._write(message_stream(count))
            case "full", [count]:
                self._write(full_stream(count))
            case "stream", [count, gap]:
                self._pace(frames(count), 0, gap / 1000, self._loop.time())
            case _:
                self._write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")

    def _later(self, reply: bytes, delay: int) -> None:
        if delay:
            self._loop.call_later(delay / 1000, self._write, reply)
        else:
            self._write(reply)

    def _pace(self, events: tuple[bytes, ...], place: int, gap: float, start: float) -> None:
        """Send one event, and the next one when it is due: lateness does not add up."""
        self._write(events[place] if place else STREAM_HEAD + events[0])
        if self._transport is not None and place + 1 < len(events):
            self._loop.call_at(start + (place + 1) * gap, self._pace, events, place + 1, gap, start)

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)


def _end_of_body(buffer: bytes, head: bytes, start: int) -> int | None:
    """Where a request's body ends; None if that has not come."""
    place = head.find(b"\r\ncontent-length:")
    if place >= 0:
        return start + int(head[place + 17 :].split(b"\r", 1)[0])
    if b"\r\ntransfer-encoding:" in head:
        end = buffer.find(b"0\r\n\r\n", start)
        return end + 5 if end >= 0 else None
    return start


async def serve() -> None:
    """Serve until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Connection, "127.0.0.1", 0, backlog=BACKLOG)
    ended = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), ended.set)
    gc.freeze()
    print(server.sockets[0].getsockname()[1], flush=True)
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(serve())
