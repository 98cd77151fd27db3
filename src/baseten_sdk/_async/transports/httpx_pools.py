"""Many narrow httpx clients in the place of one wide one.

httpx's pool looks at all its connections, and at all calls, whenever one of either changes; with hundreds in flight
that is most of the work. A client that is never asked for more than a few calls at once never has more than a few to
look at. So each has a handful of places, kept on a stack, so that the clients used last, whose connections are open,
are used next.
"""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Callable

from ..._core.request.request import Request
from ..._io.timer import AsyncTimer
from .base import UNCLOSED
from .httpx import AsyncHttpxExchange, AsyncHttpxTransport

NARROW = 8
"""Calls that one client has in flight at most."""


class AsyncHttpxPools:
    """Carries requests over as many clients as are needed at once.

    Args:
        open_client: makes the transport over one more client of ours.
        owned: whether somebody is to close it, and is warned when it is collected open.
    """

    def __init__(self, open_client: Callable[[], AsyncHttpxTransport], *, owned: bool = True) -> None:
        self._open_client = open_client
        self._owned = owned
        self._all: list[AsyncHttpxTransport] = []
        self._places: deque[AsyncHttpxTransport] = deque()

    async def send(self, request: Request, timer: AsyncTimer) -> AsyncHttpxExchange:
        transport = self._take()
        try:
            exchange = await transport.send(request, timer)
        except BaseException:
            self._places.append(transport)
            raise
        exchange.give_back = lambda: self._places.append(transport)
        return exchange

    def _take(self) -> AsyncHttpxTransport:
        try:
            return self._places.pop()
        except IndexError:
            transport = self._open_client()
            self._all.append(transport)
            self._places.extend([transport] * (NARROW - 1))
            return transport

    async def aclose(self) -> None:
        transports, self._all = self._all, []
        for transport in transports:
            await transport.aclose()

    def abandon(self) -> None:
        transports, self._all = self._all, []
        for transport in transports:
            transport.abandon()

    def __del__(self) -> None:
        if self._all and self._owned:
            warnings.warn(UNCLOSED, ResourceWarning, stacklevel=1)
