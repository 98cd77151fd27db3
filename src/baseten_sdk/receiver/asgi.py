"""The little of ASGI that the receiver speaks: its types, a bounded body, an answer. It must not know webhooks.

It is written down here so that the receiver needs no framework.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import TypeAlias
from urllib.parse import parse_qsl

# What a scope or a message holds depends on its type, so it is narrowed where it is read.
Scope: TypeAlias = MutableMapping[str, object]
Message: TypeAlias = MutableMapping[str, object]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

RawHeaders: TypeAlias = list[tuple[bytes, bytes]]


class BodyTooLarge(Exception):
    """The body has more bytes than are taken."""


class Disconnected(Exception):
    """The client went away before its body was complete."""


def text_of(scope: Scope, key: str) -> str:
    """A field of a scope or a message that is text; an absent one is none."""
    value = scope.get(key)
    return value if isinstance(value, str) else ""


def path_below(scope: Scope) -> str:
    """The path of a request below where the application is mounted, without a slash at its end."""
    path, root = text_of(scope, "path"), text_of(scope, "root_path").rstrip("/")
    below = path[len(root) :] if root and f"{path}/".startswith(f"{root}/") else path
    return f"/{below.strip('/')}"


def query_value(scope: Scope, name: str) -> str | None:
    """The first value of a parameter in the query of a request; None where it has none."""
    query = scope.get("query_string")
    if not isinstance(query, bytes) or not query:
        return None
    return next((value for key, value in parse_qsl(query.decode("latin-1")) if key == name), None)


def raw_headers(scope: Scope) -> RawHeaders:
    """The headers of a request, their names in lower case."""
    headers = scope.get("headers")
    pairs = [tuple(pair) for pair in headers] if isinstance(headers, Iterable) else []
    return [(bytes(name).lower(), bytes(value)) for name, value in pairs]


async def read_body(headers: RawHeaders, receive: Receive, most: int) -> bytes:
    """The whole body.

    Raises:
        BodyTooLarge: it has more than `most` bytes; the rest was not read.
        Disconnected: it never became complete.
    """
    for name, value in headers:
        if name == b"content-length" and value.isdigit() and int(value) > most:
            raise BodyTooLarge
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Disconnected
        piece = message.get("body")
        if isinstance(piece, bytes | bytearray | memoryview):
            pieces.append(bytes(piece))
            size += len(piece)
        if size > most:
            raise BodyTooLarge
        if not message.get("more_body"):
            return b"".join(pieces)


async def answer(send: Send, status: int, text: str, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
    """Answer a request with a line of text."""
    body = text.encode() + b"\n"
    sent = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": body})
