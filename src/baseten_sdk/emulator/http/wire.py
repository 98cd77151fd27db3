"""A reply as bytes in pieces, what a behaviour does to it, and how it is played to the caller.

Theory of operation: every answer, stream or not, is made in full before its first byte is sent, as a list of
pieces (one per event for streams). That makes each fault a plain operation on a list: cutting keeps the first
pieces, small writes split the same bytes anew, silence stops in between. `dress` does these operations and is
pure; `play` alone touches the connection. Only a stream of another server is relayed as it comes, untouched. It must
not know what the bytes mean.
"""

from __future__ import annotations

import asyncio
import math
import socket
import struct
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from enum import Enum

from starlette.types import Scope, Send

from ..behaviours.behaviours import HALF, Plan
from .jsonvalue import JSON, dump

HTML = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\r\n"
TRANSPORT = "baseten_emulator_transport"


class Ending(Enum):
    COMPLETE = "complete"
    CUT = "cut"
    RESET = "reset"
    SILENCE = "silence"


class ConnectionCut(ConnectionError):
    """Raised to an in-process caller where a socket would have been cut."""


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


def dress(reply: Reply, plan: Plan) -> Reply:
    """The reply with everything that the plan asks of the bytes and the head."""
    reply = _replaced(replace(reply, headers=reply.headers | _headers(plan)), plan)
    if reply.status < 400 or plan.on("status"):
        reply = _shortened(reply, plan)
    if plan.on("length"):
        reply = replace(reply, chunked=False)
    if (size := plan.number("pieces")) is not None:
        body, size = reply.body, max(size, 1)
        reply = replace(reply, pieces=tuple(body[at : at + size] for at in range(0, len(body), size)))
    if plan.on("burst"):
        reply = replace(reply, pieces=(reply.body,))
    return replace(reply, delay=plan.seconds("delay"), pause=plan.seconds("pause"))


def _replaced(reply: Reply, plan: Plan) -> Reply:
    """The reply with another body, where the plan wants one."""
    match plan.text("reply"):
        case "html":
            headers = reply.headers | {"content-type": "text/html"}
            return replace(reply, headers=headers, pieces=(HTML,), chunked=False)
        case "error":
            body = dump({"error": plan.text("message") or "the model failed"})
            headers = reply.headers | {"content-type": "application/json"}
            return replace(reply, headers=headers, pieces=(body,), chunked=False)
        case "empty":
            return replace(reply, pieces=(), chunked=False)
        case "truncated":
            return replace(reply, pieces=(reply.body[: len(reply.body) // 2],), chunked=False)
        case "not-json":
            return replace(reply, pieces=(b"upstream says hello",), chunked=False)
        case _:
            return reply


def _headers(plan: Plan) -> dict[str, str]:
    headers: dict[str, str] = {}
    if plan.on("octet-stream"):
        headers["content-type"] = "application/octet-stream"
    if (content_type := plan.text("content-type")) is not None:
        headers["content-type"] = content_type
    if (wait := plan.text("retry-after")) is not None:
        name, _, seconds = wait.partition(":")
        headers["retry-after"] = (
            formatdate(math.ceil(time.time() + float(seconds)), usegmt=True) if name == "date" else wait
        )
    if (wait := plan.text("retry-after-ms")) is not None:
        headers["retry-after-ms"] = wait
    if (source := plan.text("error-source")) is not None:
        headers["x-baseten-error-source"] = source
    if (code := plan.text("error-code")) is not None:
        headers["x-baseten-error-code"] = code
    if (remaining := plan.number("ratelimit")) is not None:
        headers |= {
            "x-ratelimit-limit-requests": "120",
            "x-ratelimit-limit-tokens": "500000",
            "x-ratelimit-remaining-requests": str(remaining),
            "x-ratelimit-remaining-tokens": str(remaining * 4000),
        }
    return headers


def _shortened(reply: Reply, plan: Plan) -> Reply:
    """The reply without its end: a stream counted in events, any other body in bytes."""
    for name, ending in (("cut", Ending.CUT), ("stall", Ending.SILENCE), ("end", Ending.COMPLETE)):
        if (keep := plan.number(name)) is None:
            continue
        if ending is Ending.CUT and plan.on("reset"):
            ending = Ending.RESET
        size = len(reply.pieces) if reply.chunked else len(reply.body)
        keep = size // 2 if keep == HALF else keep
        pieces = reply.pieces[:keep] if reply.chunked else (reply.body[:keep],)
        headers = dict(reply.headers)
        if ending is not Ending.COMPLETE and (plan.on("length") or not reply.chunked):
            headers["content-length"] = str(len(reply.body))
        return replace(reply, headers=headers, pieces=pieces, ending=ending)
    return reply


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
            # The caller has left; asyncio would complain of every further piece.
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
    """Send a body as it comes; the other server is let go of when the caller leaves."""
    async with aclosing(live):
        try:
            async for piece in live:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        except ConnectionError:
            return await _finish(Ending.CUT, scope)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _finish(ending: Ending, scope: Scope) -> None:
    """End without an end. Never returns: whoever watches for the disconnect cancels it."""
    if ending in (Ending.CUT, Ending.RESET):
        transport = _transport(scope)
        if transport is None:
            raise ConnectionCut("the emulator cut the connection, as the request asked")
        connection = transport.get_extra_info("socket")
        if ending is Ending.RESET and connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.close()
    await asyncio.get_running_loop().create_future()


def _transport(scope: Scope) -> asyncio.Transport | None:
    """The connection, where there is one: an application may also be called without a server."""
    transport: object = scope.get("state", {}).get(TRANSPORT)
    return transport if isinstance(transport, asyncio.Transport) else None
