"""A reply of the direct transport after its headers. Its body is read as it arrives."""

from __future__ import annotations

from typing import Protocol

from ..._core.request.proxies import Proxy
from ..._io.http1 import AmbiguousFraming, ProtocolError, ReplyState
from ..._io.sockets import AsyncSocket
from ..._io.timer import AsyncTimer
from ...errors import APIConnectionError, ClientClosedError
from ...types.meta import Headers
from .base import is_limit, reason_of
from .connection import AsyncConnection

AMBIGUOUS = "Correct the server: two programs may read such a reply differently, which is how replies are smuggled."


class AsyncOwner(Protocol):
    """The transport that gets the connection back."""

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        ...

    def keep(self, connection: AsyncConnection) -> None:
        """Take back a connection whose reply was read to the end."""
        ...

    def discard(self, connection: AsyncConnection) -> None:
        """Take back a connection whose reply failed or was abandoned."""
        ...

    def abandon_one(self, connection: AsyncConnection) -> None:
        """Take back a connection that is no longer used."""
        ...


class AsyncDirectResponse:
    """A reply whose headers have arrived."""

    __slots__ = ("_connection", "_over", "_owner", "_timer", "headers", "status")

    def __init__(self, owner: AsyncOwner, connection: AsyncConnection, timer: AsyncTimer) -> None:
        parser = connection.parser
        self._owner = owner
        self._connection = connection
        self._timer = timer
        self._over = False
        self.status = parser.status
        self.headers = Headers.of(parser.headers)

    @property
    def ready(self) -> bool:
        """Whether the next piece, or the end, is there without waiting."""
        parser = self._connection.parser
        return parser.state is ReplyState.COMPLETE or bool(parser.body)

    def whole(self) -> bytes | None:
        parser = self._connection.parser
        if self._over or parser.state is not ReplyState.COMPLETE:
            return None
        self._over = True
        whole = parser.take()
        self._owner.keep(self._connection)
        return whole

    def upgraded(self) -> tuple[AsyncSocket, bytes] | None:
        """Return the connection and the bytes after the head, if the server has changed the protocol as asked.

        Close the reply once the connection is not used any more.
        """
        switched = self._connection.parser.switched
        return None if switched is None else (self._connection.socket, switched)

    @property
    def client_closed(self) -> bool:
        """Whether the connection ended because the client was closed."""
        return self._owner.closed

    async def receive(self) -> bytes:
        if self._over:
            return b""
        try:
            piece = await self._piece()
        except (OSError, ProtocolError) as error:
            self.discard()
            if is_limit(error):
                raise self._timer.expired(self._timer.phase) from None
            failure = error
        except BaseException:
            self.discard()
            raise
        else:
            if not piece:
                self._over = True
                self._owner.keep(self._connection)
            return piece
        if self._owner.closed:
            raise ClientClosedError("The client was closed during the call.")
        raise lost("in the middle of the reply", failure, "idle", self._connection.proxy, self.status)

    async def _piece(self) -> bytes:
        parser = self._connection.parser
        while True:
            if parser.body:
                return parser.take()
            if parser.state is ReplyState.COMPLETE:
                return b""
            if parser.error is not None:
                raise parser.error
            if data := await self._connection.socket.receive(self._timer):
                parser.feed(data)
            else:
                parser.end()

    def discard(self) -> None:
        """Close the connection now. It must not be used again."""
        if not self._over:
            self._over = True
            self._owner.discard(self._connection)

    def abandon(self) -> None:
        self._over = True
        self._owner.abandon_one(self._connection)

    async def aclose(self) -> None:
        parser = self._connection.parser
        if not self._over and parser.state is ReplyState.COMPLETE and not parser.body:
            self._over = True
            self._owner.keep(self._connection)
        self.discard()


def lost(when: str, error: Exception, phase: str, proxy: Proxy | None, status: int | None = None) -> APIConnectionError:
    """Return the error for a connection that broke."""
    through = "" if proxy is None else f" through {proxy}"
    if isinstance(error, AmbiguousFraming):
        return APIConnectionError(
            f'The reply{through} is framed ambiguously ({reason_of(error)}); transport="httpx" would take it.',
            phase=phase,
            status_code=status,
            permanent=True,
            advice=AMBIGUOUS,
        )
    return APIConnectionError(
        f"The connection{through} broke {when}: {reason_of(error)}.", phase=phase, status_code=status
    )
