"""One WebSocket of a caller: accepting or refusing it, messages in and out, and its ends.

It owns the words of ASGI. It must not know what the messages mean.
"""

from __future__ import annotations

import asyncio

from starlette.types import Receive, Scope, Send

from .wire import DEAF, Ending, Reply, sever

SWITCHING = 101


class WebSocketLeft(Exception):
    """The caller has closed the WebSocket, or its connection is gone."""


class WebSocketSession:
    """A WebSocket, before and after its handshake."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send

    async def accept(self, headers: dict[str, str]) -> None:
        await self._receive()
        encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await self._say({"type": "websocket.accept", "headers": encoded})

    async def refuse(self, reply: Reply) -> None:
        """Answer the handshake with an ordinary reply, or with silence."""
        await self._receive()
        if reply.delay:
            await asyncio.sleep(reply.delay)
        if reply.silent:
            return await self.finish(reply.ending)
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers.items()]
        await self._say({"type": "websocket.http.response.start", "status": reply.status, "headers": headers})
        await self._say({"type": "websocket.http.response.body", "body": reply.body})

    async def receive(self) -> str | bytes:
        """Return the next message.

        Raises:
            WebSocketLeft: There are no more.
        """
        message = await self._receive()
        if message["type"] != "websocket.receive":
            raise WebSocketLeft
        text: str | None = message.get("text")
        if text is not None:
            return text
        data: bytes = message["bytes"]
        return data

    async def send(self, message: str | bytes) -> None:
        key = "text" if isinstance(message, str) else "bytes"
        await self._say({"type": "websocket.send", key: message})

    async def close(self, code: int, reason: str = "") -> None:
        await self._say({"type": "websocket.close", "code": code, "reason": reason})

    def turn_deaf(self) -> None:
        """Answer no close frame from now on."""
        self._scope["state"][DEAF] = True

    async def finish(self, ending: Ending) -> None:
        """End without a close frame, or do not end at all: it returns when the caller has left."""
        sever(ending, self._scope)
        while (await self._receive())["type"] != "websocket.disconnect":
            pass
        raise WebSocketLeft

    async def _say(self, message: dict[str, object]) -> None:
        try:
            await self._send(message)
        except OSError:
            raise WebSocketLeft from None
