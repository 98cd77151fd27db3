"""The direct transport: HTTP/1.1 close to the socket.

Theory of operation. A request is rendered into one piece of bytes and sent; what comes back goes through the parser
until the message is complete. Connections that are not in use are kept for the next call (`connection.py`); new ones
are opened straight or through a proxy (`dialing.py`). An exchange that ends in any way but with a complete reply closes
its connection.

A connection that turns out to be dead before it took a byte of the request is replaced, since nobody can have read it.
Whatever is lost later is a failure like any other: the request may have been at work, and only the retries of the call
decide whether it is sent again.

A request that asks for another protocol has a new connection to itself, through a tunnel where there is a proxy. Where
the server agrees, the connection belongs to whoever takes it from the reply (`upgraded`).

It refuses what it does not do: redirects, HTTP/2, proxies that speak SOCKS or TLS. No task, thread or timer
of its own outlives a call, but for a resolver that does not come back.
"""

from __future__ import annotations

import ssl
import warnings
import weakref
from weakref import ref

from ..._core.request.head import Heads
from ..._core.request.header_lines import HeaderLines
from ..._core.request.origin import split_url
from ..._core.request.proxies import Proxies
from ..._core.request.request import Request
from ..._core.request.variables import no_variable
from ..._io.http1 import ProtocolError, ReplyState
from ..._io.sockets import NothingSent
from ..._io.timer import AsyncTimer
from ...config import Limits
from ...errors import ClientClosedError
from .base import UNCLOSED, is_limit
from .connection import AsyncConnection, AsyncIdleConnections
from .dialing import LOGIN, AsyncDialer, login_refused
from .direct_response import AsyncDirectResponse, lost

FRESH = 10.0
"""Seconds for which an idle connection is trusted with a request that must not be sent twice."""


class AsyncDirectTransport:
    """Sends requests over its own sockets.

    Args:
        limits: How long connections are kept.
        tls: Whom to trust. None: the trust that all clients share.
        proxies: The proxies in the environment.
        owned: Whether somebody has to close it. If it is garbage collected while open, they get a warning.
    """

    _owned = False  # No warning for a transport whose constructor was interrupted.

    def __init__(
        self,
        limits: Limits,
        *,
        tls: ssl.SSLContext | None = None,
        proxies: Proxies | None = None,
        owned: bool = True,
    ) -> None:
        self._dialer = AsyncDialer(tls, Proxies(no_variable) if proxies is None else proxies)
        self._keep = limits.idle_connection
        self._idle = AsyncIdleConnections(self._keep)
        if not owned:
            # `__del__` would be too late: in a cycle, the sockets may be collected first, each with a warning of its
            # own.
            weakref.finalize(self, _let_go, self._idle)
        # All of them, busy or idle. Weakly, because an interrupt may lose a connection between two instructions.
        self._open: set[ref[AsyncConnection]] = set()
        self._heads = Heads()
        self._closed = False
        self._owned = owned

    async def send(self, request: Request, headers: HeaderLines, timer: AsyncTimer) -> AsyncDirectResponse:
        origin, target = split_url(request.url)
        timer.begin()
        if request.upgrade:
            self._check_open()
            fresh = self._tracked(await self._dialer.connect(origin, timer, tunnel=True))
            return await self._converse(fresh, request, headers, target, timer)
        longest = FRESH if request.safety == "once" else self._keep
        while (connection := self._idle.take(origin, longest)) is not None:
            try:
                return await self._converse(connection, request, headers, target, timer)
            except NothingSent:
                continue
        self._check_open()
        fresh = self._tracked(await self._dialer.connect(origin, timer))
        return await self._converse(fresh, request, headers, target, timer)

    def _tracked(self, connection: AsyncConnection) -> AsyncConnection:
        """Note a new connection, so that it can be closed whoever uses it."""
        self._open.add(ref(connection, self._open.discard))
        return connection

    async def _converse(
        self, connection: AsyncConnection, request: Request, headers: HeaderLines, target: str, timer: AsyncTimer
    ) -> AsyncDirectResponse:
        """Send the request, and read until the reply's headers have arrived.

        A server may reply before it has read everything, so a failure to send is not final yet.

        Raises:
            NothingSent: The connection was used before, and has died since.
        """
        socket, parser, proxy = connection.socket, connection.parser, connection.proxy
        if proxy is not None:
            timer.through = proxy.address
        unsent: OSError | None = None
        try:
            connection.begin(request.method, bool(request.upgrade))
            self._check_open()
            try:
                passing_on = None if connection.tunnelled else proxy
                head = self._heads.render(request, headers, connection.origin, target, passing_on)
                rest = socket.start(head, request.body)
                if rest is not None:
                    await socket.finish(rest, timer)
            except (NothingSent, OSError) as error:
                unsent = self._unsent(connection, error)
            timer.enter("first_byte")
            while not parser.status:
                if data := await socket.receive(timer):
                    parser.feed(data)
                else:
                    parser.end()
            if proxy is not None and parser.status == LOGIN:
                raise login_refused(proxy)
            return AsyncDirectResponse(self, connection, timer)
        except (OSError, ProtocolError) as error:
            self.discard(connection)
            if is_limit(error):
                raise timer.expired(timer.phase) from None
            failure = error
        except BaseException:
            self.discard(connection)
            raise
        self._check_open()
        if unsent is not None and parser.state is ReplyState.AWAITED:
            raise lost("while sending", unsent, "write", proxy)
        raise lost("while waiting for the reply", failure, "first_byte", proxy)

    def _unsent(self, connection: AsyncConnection, error: NothingSent | OSError) -> OSError:
        """Note that the server did not take the whole request. Return why.

        Raises:
            NothingSent: The connection was used before.
            OSError: A limit was reached.
        """
        if isinstance(error, NothingSent):
            self._check_open()
            if connection.used:
                raise error
            error = error.error
        elif is_limit(error):
            raise error
        connection.refused()
        return error

    def keep(self, connection: AsyncConnection) -> None:
        """Keep a connection whose reply was read to the end, if possible."""
        if connection.finished():
            self._idle.put(connection)
            if self._closed:
                connection.close()

    def discard(self, connection: AsyncConnection) -> None:
        """Close a connection whose exchange failed or was abandoned."""
        connection.close()

    def abandon_one(self, connection: AsyncConnection) -> None:
        """Drop a connection that nobody uses any more, perhaps because its loop has ended."""
        connection.abandon()

    def _take_all(self) -> set[AsyncConnection]:
        """Take the idle connections. Return them and those in use."""
        found = [each() for each in tuple(self._open)]
        return {*self._idle.clear(), *(connection for connection in found if connection is not None)}

    def _check_open(self) -> None:
        if self._closed:
            raise ClientClosedError("The client was closed during the call.")

    @property
    def closed(self) -> bool:
        """Whether `aclose` was called."""
        return self._closed

    async def aclose(self) -> None:
        self._closed = True
        for connection in self._take_all():
            connection.close()

    def abandon(self) -> None:
        self._closed = True
        for connection in self._take_all():
            connection.abandon()

    def __del__(self) -> None:
        if self._owned and self._idle:
            self.abandon()
            warnings.warn(UNCLOSED, ResourceWarning, stacklevel=1)


def _let_go(idle: AsyncIdleConnections) -> None:
    """Close the connections of a transport without an owner after it was garbage collected."""
    for connection in idle.clear():
        connection.abandon()
