"""The direct transport: HTTP/1.1 close to the socket.

Theory of operation. A request is rendered into one piece of bytes and sent; what comes back goes through the parser
until the message is complete. Connections that are not in use are kept on a stack for each server, so that the one used
last, and least likely to be closed by the server, is used next; too old ones are dropped from the bottom. A connection
goes back onto the stack only if its reply was complete and nothing came behind it, and it is taken from there only if
it is still quiet: so no byte of one reply can reach the call after it. Whatever else happens to an exchange, an error,
cancellation or an early end, closes its connection.

A connection that turns out to be dead when it is used again is replaced once, if that shows at once, no byte of a reply
had come, and the request may be sent twice. One that is lost later is a failure like any other: its request may have
been at work.

It refuses what it does not do: redirects, upgrades, HTTP/2, proxies. No task, thread or timer of its own outlives a
call, but for a resolver that does not come back.
"""

from __future__ import annotations

import ssl
import time
import warnings
import weakref
from collections import deque
from contextlib import suppress

from ..._core.request.head import Heads
from ..._core.request.origin import Origin, split_url
from ..._core.request.request import Request
from ..._io.connecting import AsyncConnecting
from ..._io.http1 import ProtocolError, ReplyParser
from ..._io.sockets import AsyncSocket
from ..._io.timer import AsyncTimer
from ..._io.tls import shared_context
from ...config import Limits
from ...errors import APIConnectionError, ClientClosedError
from ...types.meta import Headers
from .base import UNCLOSED

STALE = 1.0
"""Seconds within which a connection that is dead already shows it."""

LARGE = 64 * 1024
"""Bytes of a body from which it is sent by itself, instead of copied behind the head."""

FRESH = 10.0
"""Seconds for which an unused connection is trusted with a request that must not be sent twice."""


class AsyncConnection:
    """A connection to a server, and the parser of its replies."""

    __slots__ = ("origin", "parser", "since", "socket", "spoiled")

    def __init__(self, origin: Origin, socket: AsyncSocket) -> None:
        self.origin = origin
        self.socket = socket
        self.parser = ReplyParser()
        self.since = 0.0
        self.spoiled = False


class AsyncDirectTransport:
    """Carries requests over sockets of its own.

    Args:
        limits: how long connections are kept.
        tls: whom to trust; None is the trust that all clients share.
        owned: whether somebody is to close it, and is warned when it is collected open.
    """

    def __init__(self, limits: Limits, *, tls: ssl.SSLContext | None = None, owned: bool = True) -> None:
        self._tls = tls
        self._owned = owned
        self._keep = limits.idle_connection
        self._idle: dict[Origin, deque[AsyncConnection]] = {}
        if not owned:
            # Not left to `__del__`: in a cycle the sockets may be collected before it, and each would warn of itself.
            weakref.finalize(self, _let_go, self._idle)
        self._busy: set[AsyncConnection] = set()
        self._heads = Heads()
        self._closed = False

    async def send(self, request: Request, timer: AsyncTimer) -> AsyncDirectExchange:
        origin, target = split_url(request.url)
        timer.begin()
        self._check_open()
        connection = self._take(origin, FRESH if request.safety == "once" else self._keep)
        if connection is not None:
            taken = time.monotonic()
            try:
                return await self._converse(connection, request, target, timer)
            except APIConnectionError:
                stale = time.monotonic() - taken < STALE and not connection.parser.begun
                if not stale or request.safety == "once" or self._closed:
                    raise
        return await self._converse(await self._connect(origin, timer), request, target, timer)

    async def _connect(self, origin: Origin, timer: AsyncTimer) -> AsyncConnection:
        timer.enter("connect")
        permanent = False
        try:
            tls = (self._tls or shared_context()) if origin.scheme == "https" else None
            socket = await AsyncConnecting.open(origin.host, origin.port, tls, timer)
        except (OSError, UnicodeError) as error:
            if _is_limit(error):
                raise timer.expired("connect") from None
            permanent = isinstance(error, ssl.SSLCertVerificationError | UnicodeError)
            message = f"Cannot connect to {origin.host}:{origin.port}: {_text(error)}."
        else:
            return AsyncConnection(origin, socket)
        raise APIConnectionError(message, phase="connect", permanent=permanent)

    async def _converse(
        self, connection: AsyncConnection, request: Request, target: str, timer: AsyncTimer
    ) -> AsyncDirectExchange:
        """Send the request, and read until the headers of the reply are there."""
        self._busy.add(connection)
        connection.parser.begin(request.method)
        unsent: OSError | None = None
        try:
            self._check_open()
            head = self._heads.render(request, connection.origin, target)
            unsent = await _write(connection.socket, head, request.body, timer)
            connection.spoiled = unsent is not None
            await _read_head(connection, timer)
            return AsyncDirectExchange(self, connection, timer)
        except (OSError, ProtocolError) as error:
            self.discard(connection)
            if _is_limit(error):
                raise timer.expired(timer.phase) from None
            reason = _text(error)
        except BaseException:
            self.discard(connection)
            raise
        self._check_open()
        if unsent is not None and not connection.parser.begun:
            raise APIConnectionError(f"The connection broke while sending: {_text(unsent)}.", phase="write")
        raise APIConnectionError(f"The connection broke while waiting for the reply: {reason}.", phase="first_byte")

    def _take(self, origin: Origin, longest: float) -> AsyncConnection | None:
        """The connection that was used last, if it can be used again."""
        idle = self._idle.get(origin)
        if not idle:
            return None
        oldest = time.monotonic() - longest
        while idle:
            try:
                connection = idle.pop()
            except IndexError:
                return None
            if connection.since >= oldest and connection.socket.quiet():
                return connection
            connection.socket.close()
        return None

    def keep(self, connection: AsyncConnection) -> None:
        """A reply was read to its end: the connection may be used again, if nothing speaks against it."""
        self._busy.discard(connection)
        if self._closed or connection.spoiled or not connection.parser.reusable:
            connection.socket.close()
            return
        now = connection.since = time.monotonic()
        idle = self._idle.setdefault(connection.origin, deque())
        idle.append(connection)
        while idle and idle[0].since < now - self._keep:
            idle.popleft().socket.close()

    def discard(self, connection: AsyncConnection) -> None:
        """An exchange went wrong, or was left: its connection cannot be used again."""
        self._busy.discard(connection)
        connection.socket.close()

    def abandon_one(self, connection: AsyncConnection) -> None:
        """An exchange was forgotten, perhaps by a loop that has ended."""
        self._busy.discard(connection)
        connection.socket.abandon()

    def _check_open(self) -> None:
        if self._closed:
            raise ClientClosedError("The client was closed during the call.")

    @property
    def closed(self) -> bool:
        """Whether `aclose` was called."""
        return self._closed

    async def aclose(self) -> None:
        self._closed = True
        for connection in self._all():
            connection.socket.close()

    def abandon(self) -> None:
        self._closed = True
        for connection in self._all():
            connection.socket.abandon()

    def _all(self) -> list[AsyncConnection]:
        """Every connection; the idle ones are taken off their stacks."""
        return [*self._busy, *_taken_off(self._idle)]

    def __del__(self) -> None:
        if self._owned and any(self._idle.values()):
            self.abandon()
            warnings.warn(UNCLOSED, ResourceWarning, stacklevel=1)


def _taken_off(idle: dict[Origin, deque[AsyncConnection]]) -> list[AsyncConnection]:
    """The idle connections, which nobody finds any more."""
    taken: list[AsyncConnection] = []
    for stack in list(idle.values()):
        with suppress(IndexError):
            while True:
                taken.append(stack.pop())
    return taken


def _let_go(idle: dict[Origin, deque[AsyncConnection]]) -> None:
    """Close the connections of a transport that nobody owns, and that is gone."""
    for connection in _taken_off(idle):
        connection.socket.abandon()


class AsyncDirectExchange:
    """A reply whose headers are there; its body is read as it comes."""

    __slots__ = ("_connection", "_done", "_timer", "_transport", "headers", "status")

    def __init__(self, transport: AsyncDirectTransport, connection: AsyncConnection, timer: AsyncTimer) -> None:
        parser = connection.parser
        self._transport = transport
        self._connection = connection
        self._timer = timer
        self._done = False
        self.status = parser.status
        self.headers = Headers.of(parser.headers)

    @property
    def ready(self) -> bool:
        """Whether the next piece, or the end, is there without waiting."""
        parser = self._connection.parser
        return parser.complete or bool(parser.body)

    def whole(self) -> bytes | None:
        parser = self._connection.parser
        if self._done or not parser.complete:
            return None
        self._done = True
        whole = parser.take()
        self._transport.keep(self._connection)
        return whole

    async def receive(self) -> bytes:
        if self._done:
            return b""
        try:
            piece = await self._piece()
        except (OSError, ProtocolError) as error:
            self._discard()
            if _is_limit(error):
                raise self._timer.expired(self._timer.phase) from None
            reason = _text(error)
        except BaseException:
            self._discard()
            raise
        else:
            if not piece:
                self._done = True
                self._transport.keep(self._connection)
            return piece
        if self._transport.closed:
            raise ClientClosedError("The client was closed during the call.")
        raise _cut(reason, self.status)

    async def _piece(self) -> bytes:
        parser = self._connection.parser
        while True:
            if parser.body:
                return parser.take()
            if parser.complete:
                return b""
            if parser.broken is not None:
                raise parser.broken
            if data := await self._connection.socket.receive(self._timer):
                parser.feed(data)
            else:
                parser.end()

    def _discard(self) -> None:
        if not self._done:
            self._done = True
            self._transport.discard(self._connection)

    def abandon(self) -> None:
        self._done = True
        self._transport.abandon_one(self._connection)

    async def aclose(self) -> None:
        parser = self._connection.parser
        if not self._done and parser.complete and not parser.body:
            self._done = True
            self._transport.keep(self._connection)
        self._discard()


async def _write(socket: AsyncSocket, head: bytes, body: bytes, timer: AsyncTimer) -> OSError | None:
    """Send a request. A server may answer before it has read everything, so a failure is not yet the end."""
    try:
        if len(body) < LARGE:
            await socket.send(head + body, timer)
        else:
            await socket.send(head, timer)
            await socket.send(body, timer)
    except OSError as error:
        if _is_limit(error):
            raise
        return error
    return None


async def _read_head(connection: AsyncConnection, timer: AsyncTimer) -> None:
    socket, parser = connection.socket, connection.parser
    timer.enter("first_byte")
    while not parser.head:
        data = await socket.receive(timer)
        if data:
            parser.feed(data)
        else:
            parser.end()


def _cut(reason: str, status: int) -> APIConnectionError:
    return APIConnectionError(
        f"The connection broke in the middle of the reply: {reason}.", phase="idle", status_code=status
    )


def _is_limit(error: Exception) -> bool:
    """Whether a limit of ours was reached; where the kernel gives a connection up, the error has a number."""
    return isinstance(error, TimeoutError) and error.errno is None


def _text(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error).rstrip(".") or type(error).__name__
