"""A chat service that answers, and often does not: errors, cut replies, closed connections, nonsense.

It prints its port and serves until its standard input ends, which it does with the process that started it.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys

from .rows import POISON

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Connection(asyncio.Protocol):
    """One client's connection."""

    def __init__(self, source: random.Random, trouble: float) -> None:
        self._source = source
        self._trouble = trouble
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self._buffer[:end])
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._buffer) < whole:
                return
            body, self._buffer = self._buffer[end + 4 : whole], self._buffer[whole:]
            delay = self._source.random() * 0.02
            asyncio.get_running_loop().call_later(delay, self._answer, json.loads(body)["messages"][0]["content"])

    def _answer(self, text: str) -> None:
        transport = self._transport
        if transport is None:
            return
        if POISON in text:
            transport.write(_reply(422, b'{"error": {"message": "No.", "code": 422}}'))
            return
        good = _reply(200, _completion(text))
        if self._source.random() >= self._trouble:
            transport.write(good)
            return
        match self._source.randrange(7):
            case 0:
                transport.write(_reply(500, b'{"error": "boom"}'))
            case 1:
                transport.write(_reply(503, b'{"error": "not ready"}'))
            case 2:
                transport.write(_reply(429, b'{"error": "slow down"}', "retry-after-ms: 5\r\n"))
            case 3:
                transport.write(_reply(502, b"<html>bad gateway</html>", kind="text/html"))
            case 4:
                transport.write(_reply(200, b"<html>all is well</html>", kind="text/html"))
            case 5:
                transport.write(good[: self._source.randrange(1, len(good))])
                transport.close()
            case _:
                transport.abort()


def _completion(text: str) -> bytes:
    message = {"role": "assistant", "content": f"You said {text}"}
    usage = {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return json.dumps({"id": "c", "model": "a/b", "choices": [choice], "usage": usage}).encode()


def _reply(status: int, body: bytes, extra: str = "", kind: str = "application/json") -> bytes:
    head = f"HTTP/1.1 {status} Status\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n{extra}\r\n"
    return head.encode() + body


async def serve(seed: int, trouble: float) -> None:
    """Serve until standard input ends."""
    loop = asyncio.get_running_loop()
    source = random.Random(seed)
    server = await loop.create_server(lambda: Connection(source, trouble), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
