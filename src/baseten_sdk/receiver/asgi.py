"""The part of ASGI that the receiver needs: types, bounded bodies, answers. It must not know webhooks.

It is written down here so that the receiver needs no framework.
"""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Generator, Iterable, MutableMapping
from contextlib import contextmanager
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
    """The body is too large."""


class TooManyBodies(Exception):
    """The bodies that are being read are too large together."""


class Disconnected(Exception):
    """The client went away before its body was complete."""


def text_of(scope: Scope, key: str) -> str:
    """Get a text from a scope or a message; "" if it is missing."""
    value = scope.get(key)
    return value if isinstance(value, str) else ""


def path_below(scope: Scope) -> str:
    """Get the path of a request below the mount point, without a slash at its end."""
    path, root = text_of(scope, "path"), text_of(scope, "root_path").rstrip("/")
    below = path[len(root) :] if root and f"{path}/".startswith(f"{root}/") else path
    return f"/{below.strip('/')}"


def query_value(scope: Scope, name: str) -> str | None:
    """Get the first value of a query parameter; None if it is missing."""
    query = scope.get("query_string")
    if not isinstance(query, bytes) or not query:
        return None
    return next((value for key, value in parse_qsl(query.decode("latin-1")) if key == name), None)


def raw_headers(scope: Scope) -> RawHeaders:
    """Get the headers of a request, with names in lower case."""
    headers = scope.get("headers")
    pairs = [tuple(pair) for pair in headers] if isinstance(headers, Iterable) else []
    return [(bytes(name).lower(), bytes(value)) for name, value in pairs]


class BodyMemory:
    """The memory that all bodies share while they are read and stored, in whichever event loop.

    Args:
        most: Bytes.
    """

    def __init__(self, most: int) -> None:
        self._left = most
        self._lock = threading.Lock()

    @contextmanager
    def share(self) -> Generator[Callable[[int], bool]]:
        """Give a function that takes memory and says whether there was enough. All of it is given back at the end."""
        taken = 0

        def take(size: int) -> bool:
            nonlocal taken
            with self._lock:
                if size > self._left:
                    return False
                self._left -= size
                taken += size
            return True

        try:
            yield take
        finally:
            with self._lock:
                self._left += taken


async def read_body(headers: RawHeaders, receive: Receive, most: int, take: Callable[[int], bool]) -> bytes:
    """Read the whole body.

    Args:
        receive: Gives its messages.
        most: Maximum bytes.
        take: Takes memory for them.

    Raises:
        BodyTooLarge: It has more than `most` bytes. The rest was not read.
        TooManyBodies: There is no memory for it now.
        Disconnected: The client went away before the end.
    """
    for name, value in headers:
        # More digits than any length has are not read as a number.
        if name == b"content-length" and value.isdigit() and (len(value) > 18 or int(value) > most):
            raise BodyTooLarge
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Disconnected
        piece = message.get("body")
        if isinstance(piece, bytes | bytearray | memoryview):
            size += len(piece)
            if size > most:
                raise BodyTooLarge
            if not take(len(piece)):
                raise TooManyBodies
            pieces.append(bytes(piece))
        if not message.get("more_body"):
            return b"".join(pieces)


async def refuse(scope: Scope, send: Send, status: int, text: str, *headers: tuple[bytes, bytes]) -> None:
    """Answer a request without reading the rest of its body."""
    # HTTP/2 has no such header, and needs none: a stream ends by itself.
    close = [(b"connection", b"close")] if text_of(scope, "http_version") in ("", "1.0", "1.1") else []
    await answer(send, status, text, *headers, *close)


async def answer(send: Send, status: int, text: str, *headers: tuple[bytes, bytes]) -> None:
    """Answer a request with a line of text."""
    body = text.encode() + b"\n"
    sent = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": body})
