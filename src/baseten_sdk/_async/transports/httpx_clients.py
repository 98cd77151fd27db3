"""Our own httpx clients: one for each call in flight, through the proxy that stands before its server.

httpx's pool looks at all its connections whenever one changes, and what a call leaves in it when it is interrupted
holds for the calls after it. So no two calls share a client at once. Clients wait on a stack, so that the one used
last, whose connection is open, is used next; a call that was canceled or interrupted costs its client. A sync call in
the main thread is carried by another one, so that no signal strikes inside httpx.
"""

from __future__ import annotations

import ssl
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING

from ..._core.request.header_lines import HeaderLines
from ..._core.request.origin import split_url
from ..._core.request.proxies import Proxies, Proxy
from ..._core.request.request import Request
from ..._io.shield import AsyncShield
from ..._io.timer import AsyncTimer
from ..._io.uninterrupted import AsyncUninterrupted
from ...config import Limits
from ...errors import ClientClosedError
from .base import UNCLOSED
from .httpx import AsyncHttpxResponse, AsyncHttpxTransport
from .httpx_own import new_client

if TYPE_CHECKING:
    import httpx


class AsyncOwnClient:
    """An httpx client for one call at a time.

    Args:
        transport: Sends the calls.
    """

    __slots__ = ("_order", "proxy", "transport")

    def __init__(self, transport: AsyncHttpxTransport[httpx.Request]) -> None:
        self.transport = transport
        self.proxy = transport.proxy
        self._order = AsyncUninterrupted()

    async def send(self, request: Request, headers: HeaderLines, timer: AsyncTimer) -> AsyncHttpxResponse:
        """Send a request and wait for the reply's headers."""
        return await self._order.run(lambda: self.transport.send(request, headers, timer))

    async def receive(self, response: AsyncHttpxResponse) -> bytes:
        """Return the next piece of a reply."""
        if response.over:
            return b""
        return await self._order.run(response.receive_with_end)

    async def end(self, response: AsyncHttpxResponse) -> None:
        """Close a reply."""
        if response.over:
            await response.aclose()
        else:
            await self._order.run(response.aclose)

    async def drop(self, response: AsyncHttpxResponse | None) -> None:
        """Close the reply and the client, once the interrupted work is over."""
        if response is not None:
            await self._order.finish(response.aclose)
        await self._order.finish(self.aclose)

    async def aclose(self) -> None:
        """Close the client, even during cancellation."""
        await self.transport.aclose()
        with AsyncShield.briefly(), suppress(OSError, RuntimeError):
            await self.transport.client.aclose()


class AsyncHttpxClients:
    """Sends requests over as many clients as are needed at once.

    Args:
        limits: How long connections are kept.
        tls: Whom to trust. None: the trust that all clients share.
        proxies: The proxies in the environment.
        owned: Whether somebody has to close it. If it is garbage collected while open, they get a warning.
    """

    _owned = False  # No warning for an object whose constructor was interrupted.

    def __init__(self, limits: Limits, *, tls: ssl.SSLContext | None, proxies: Proxies, owned: bool) -> None:
        self._limits = limits
        self._tls = tls
        self._proxies = proxies
        self._idle: dict[Proxy | None, list[AsyncOwnClient]] = {}
        self._busy: set[AsyncOwnClient] = set()
        self._forgotten: list[AsyncOwnClient] = []
        self._closed = False
        self._owned = owned

    async def send(self, request: Request, headers: HeaderLines, timer: AsyncTimer) -> AsyncLentResponse:
        if self._closed:
            raise ClientClosedError("The client was closed.")
        client = self._take(self._proxies.of(split_url(request.url)[0]))
        try:
            response = await client.send(request, headers, timer)
        except Exception:
            await self.take_back(client)
            raise
        except BaseException:
            await self.drop(client, None)
            raise
        return AsyncLentResponse(self, client, response)

    def _take(self, proxy: Proxy | None) -> AsyncOwnClient:
        try:
            client = self._idle[proxy].pop()
        except LookupError:
            client = AsyncOwnClient(AsyncHttpxTransport(new_client(self._limits, self._tls, proxy), proxy))
        self._busy.add(client)
        return client

    async def take_back(self, client: AsyncOwnClient) -> None:
        """Take back a client after a call, for the next one."""
        self._busy.discard(client)
        if self._closed:
            await client.aclose()
        else:
            self._idle.setdefault(client.proxy, []).append(client)

    async def drop(self, client: AsyncOwnClient, response: AsyncHttpxResponse | None) -> None:
        """Close a client whose call was canceled or interrupted. It is not used again."""
        self._busy.discard(client)
        await client.drop(response)

    def forget(self, client: AsyncOwnClient) -> None:
        """Note a call that was abandoned. Its client is closed with the others."""
        self._busy.discard(client)
        self._forgotten.append(client)

    async def aclose(self) -> None:
        self._closed = True
        # Threads finish their calls and then close their clients.
        busy = list(self._busy) if AsyncShield.WAKES else []
        for client in [*busy, *self._unused()]:
            await client.aclose()

    def abandon(self) -> None:
        """Drop everything. Only the loops that own the connections can close them."""
        self._closed = True
        self._busy.clear()
        self._unused()

    def _unused(self) -> list[AsyncOwnClient]:
        """Remove and return the clients that no call uses."""
        unused = [*self._forgotten, *(client for stack in self._idle.values() for client in stack)]
        self._forgotten, self._idle = [], {}
        return unused

    def __del__(self) -> None:
        if self._owned and (self._forgotten or any(self._idle.values())):
            warnings.warn(UNCLOSED, ResourceWarning, stacklevel=1)


class AsyncLentResponse:
    """A reply over one of the clients, which is given back at the end."""

    __slots__ = ("_client", "_over", "_owner", "_response", "_sound", "headers", "status")

    def __init__(self, owner: AsyncHttpxClients, client: AsyncOwnClient, response: AsyncHttpxResponse) -> None:
        self._owner = owner
        self._client = client
        self._response = response
        self._over = False
        self._sound = True
        self.status = response.status
        self.headers = response.headers

    @property
    def ready(self) -> bool:
        return self._response.ready

    def whole(self) -> bytes | None:
        return self._response.whole()

    async def receive(self) -> bytes:
        self._sound = False
        try:
            piece = await self._client.receive(self._response)
        except Exception:
            self._sound = True
            raise
        self._sound = True
        return piece

    def abandon(self) -> None:
        if not self._over:
            self._over = True
            self._owner.forget(self._client)

    async def aclose(self) -> None:
        if self._over:
            return
        self._over = True
        if not self._sound:
            await self._owner.drop(self._client, self._response)
            return
        try:
            await self._client.end(self._response)
        except BaseException:
            await self._owner.drop(self._client, self._response)
            raise
        await self._owner.take_back(self._client)
