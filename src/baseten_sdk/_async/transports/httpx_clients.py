"""Our own httpx clients: one for each call in flight, through the proxy that stands before its server.

httpx's pool looks at all its connections whenever one changes, and what a call leaves in it when it is interrupted
holds for the calls after it. So no two calls share a client at once. Clients wait on a stack, so that the one used
last, whose connection is open, is used next; a call that was cancelled or interrupted costs its client.
"""

from __future__ import annotations

import ssl
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING

from ..._core.request.origin import split_url
from ..._core.request.proxies import Proxies, Proxy
from ..._core.request.request import Request
from ..._io.shield import AsyncShield
from ..._io.timer import AsyncTimer
from ...config import Limits
from ...errors import ClientClosedError
from .base import UNCLOSED
from .httpx import AsyncHttpxResponse, AsyncHttpxTransport, new_client

if TYPE_CHECKING:
    import httpx


class AsyncHttpxClients:
    """Carries requests over as many clients as are needed at once.

    Args:
        limits: how long connections are kept.
        tls: whom to trust; None is the trust that all clients share.
        proxies: the proxies that the environment names.
        owned: whether somebody is to close it, and is warned when it is collected open.
    """

    def __init__(self, limits: Limits, *, tls: ssl.SSLContext | None, proxies: Proxies, owned: bool) -> None:
        self._limits = limits
        self._tls = tls
        self._proxies = proxies
        self._owned = owned
        self._idle: dict[Proxy | None, list[AsyncHttpxTransport[httpx.Request]]] = {}
        self._busy: set[AsyncHttpxTransport[httpx.Request]] = set()
        self._forgotten: list[AsyncHttpxTransport[httpx.Request]] = []
        self._closed = False

    async def send(self, request: Request, timer: AsyncTimer) -> AsyncHttpxResponse:
        if self._closed:
            raise ClientClosedError("The client was closed.")
        transport = self._take(self._proxies.of(split_url(request.url)[0]))
        try:
            response = await transport.send(request, timer)
        except Exception:
            await self.take_back(transport, sound=True)
            raise
        except BaseException:
            self._busy.discard(transport)
            if AsyncShield.RESUMES:
                await _close(transport)
            raise
        response.loan = AsyncLentClient(self, transport)
        return response

    def _take(self, proxy: Proxy | None) -> AsyncHttpxTransport[httpx.Request]:
        try:
            transport = self._idle[proxy].pop()
        except LookupError:
            transport = AsyncHttpxTransport(new_client(self._limits, self._tls, proxy), proxy)
        self._busy.add(transport)
        return transport

    async def take_back(self, transport: AsyncHttpxTransport[httpx.Request], *, sound: bool) -> None:
        """A call is over; its client may be used by another, if it is sound."""
        self._busy.discard(transport)
        if self._closed:
            await _close(transport)
        elif sound:
            self._idle.setdefault(transport.proxy, []).append(transport)

    def forget(self, transport: AsyncHttpxTransport[httpx.Request]) -> None:
        """A call was forgotten in the middle: its client is closed with the others."""
        self._busy.discard(transport)
        self._forgotten.append(transport)

    async def aclose(self) -> None:
        self._closed = True
        # A call that was interrupted anywhere may hold locks, and closing would wait for them. A call of another thread
        # ends by itself, and then its client is closed.
        busy = list(self._busy) if AsyncShield.RESUMES else []
        for transport in [*busy, *self._unused()]:
            await _close(transport)

    def abandon(self) -> None:
        """Let go of everything: connections are closed by the loop that they belong to, or not at all."""
        self._closed = True
        self._busy.clear()
        self._unused()

    def _unused(self) -> list[AsyncHttpxTransport[httpx.Request]]:
        """The clients that no call uses; nobody finds them any more."""
        unused = [*self._forgotten, *(transport for stack in self._idle.values() for transport in stack)]
        self._forgotten, self._idle = [], {}
        return unused

    def __del__(self) -> None:
        if self._owned and (self._forgotten or any(self._idle.values())):
            warnings.warn(UNCLOSED, ResourceWarning, stacklevel=1)


class AsyncLentClient:
    """The client of one call."""

    __slots__ = ("_owner", "_transport")

    def __init__(self, owner: AsyncHttpxClients, transport: AsyncHttpxTransport[httpx.Request]) -> None:
        self._owner = owner
        self._transport = transport

    async def take_back(self, *, sound: bool) -> None:
        """The call is over."""
        await self._owner.take_back(self._transport, sound=sound)

    def forget(self) -> None:
        """The call was forgotten."""
        self._owner.forget(self._transport)


async def _close(transport: AsyncHttpxTransport[httpx.Request]) -> None:
    """Close it with its client, whatever is being cancelled."""
    await transport.aclose()
    with AsyncShield.briefly(), suppress(OSError, RuntimeError):
        await transport.client.aclose()
