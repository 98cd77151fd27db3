"""A reply as bytes in pieces, what a behavior does to it, and how it is played to the caller.

Theory of operation: every answer, stream or not, is made in full before its first byte is sent, as a list of
pieces (one per event for streams). That makes each fault a plain operation on a list: cutting keeps the first
pieces, small writes split the same bytes again, silence stops in between. `faults.dress` does these operations;
`play` alone touches the connection. Only a stream of another server is relayed as it comes, untouched. It must
not know what the bytes mean.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from enum import Enum

from starlette.types import Scope, Send

from .jsonvalue import JSON, dump

TRANSPORT = "baseten_emulator_transport"

DEAF = "baseten_emulator_deaf"
"""In the state of a WebSocket's scope: close frames are not answered."""


class Ending(Enum):
    COMPLETE = "complete"
    CUT = "cut"
    RESET = "reset"
    SILENCE = "silence"


class ConnectionCut(ConnectionError):
    """Raised to an in-process caller in place of a cut socket."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer.

    Attributes:
        pieces: The body as it is written, one write each.
        chunked: Sent without Content-Length.
        silent: Nothing is sent at all, not even the head.
        delay: Seconds before the first byte.
        pause: Seconds between pieces.
        live: The body of another server, relayed as it comes instead of `pieces`; nothing is done to it.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pieces: tuple[bytes, ...] = ()
    chunked: bool = False
    ending: Ending = Ending.COMPLETE
    silent: bool = False
    delay: float = 0.0
    pause: float = 0.0
    live: AsyncGenerator[bytes] | None = None

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)


def json_reply(value: JSON, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    return Reply(status, {"content-type": "application/json"} | (headers or {}), (dump(value),))


async def play(reply: Reply, scope: Scope, send: Send) -> None:
    """Send a reply over the connection, to its ending."""
    if reply.delay:
        await asyncio.sleep(reply.delay)
    if reply.silent:
        return await _finish(reply.ending, scope)
    headers = dict(reply.headers)
    if not reply.chunked and reply.status not in (204, 304):
        headers.setdefault("content-length", str(sum(map(len, reply.pieces))))
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": encoded})
    if reply.ending is Ending.COMPLETE and not reply.chunked and len(reply.pieces) <= 1:
        return await send({"type": "http.response.body", "body": reply.body, "more_body": False})
    if reply.live is not None:
        return await _relay(reply.live, scope, send)
    transport = _transport(scope)
    for number, piece in enumerate(reply.pieces):
        if number and reply.pause:
            await asyncio.sleep(reply.pause)
        if transport is not None and transport.is_closing():
            # The caller has left, and asyncio would log an error for each further piece.
            return await _finish(Ending.SILENCE, scope)
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        if number % 64 == 63:
            # Lets the disconnect be noticed within a long stream, whose sends never really wait.
            await asyncio.sleep(0)
    if reply.ending is Ending.COMPLETE:
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    else:
        await _finish(reply.ending, scope)


async def _relay(live: AsyncGenerator[bytes], scope: Scope, send: Send) -> None:
    """Send a body as it arrives. Close the connection to the other server if the caller leaves."""
    async with aclosing(live):
        try:
            async for piece in live:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        except ConnectionError:
            return await _finish(Ending.CUT, scope)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _finish(ending: Ending, scope: Scope) -> None:
    """End the reply without a proper end. It never returns: the watcher of the disconnect cancels it."""
    sever(ending, scope)
    await asyncio.get_running_loop().create_future()


def sever(ending: Ending, scope: Scope) -> None:
    """Cut the connection, where that is how it ends."""
    if ending in (Ending.CUT, Ending.RESET):
        transport = _transport(scope)
        if transport is None:
            raise ConnectionCut("the emulator cut the connection, as the request asked")
        connection = transport.get_extra_info("socket")
        if ending is Ending.RESET and connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.close()


def _transport(scope: Scope) -> asyncio.Transport | None:
    """Return the connection, if there is one. An application may also be called without a server."""
    transport: object = scope.get("state", {}).get(TRANSPORT)
    return transport if isinstance(transport, asyncio.Transport) else None
