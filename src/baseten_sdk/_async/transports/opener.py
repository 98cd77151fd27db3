"""Opens the transport of a client, and imports its library only then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._core.transport_choice import TransportName, choose_transport
from ...config import Limits
from .base import AsyncTransport

if TYPE_CHECKING:
    import httpx


class AsyncOpener:
    """Makes a transport when a loop first needs one."""

    __slots__ = ("_http_client", "_limits")

    def __init__(self, wanted: TransportName, http_client: httpx.AsyncClient | None, limits: Limits) -> None:
        choose_transport(wanted)
        self._http_client = http_client
        self._limits = limits

    def __call__(self) -> AsyncTransport:
        from .httpx import AsyncHttpxTransport, new_client

        if self._http_client is not None:
            return AsyncHttpxTransport(self._http_client, owned=False)
        return AsyncHttpxTransport(new_client(self._limits), owned=True)
