"""Opens the transport of a client, and imports its library only then."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ..._core.policy.transport_choice import TransportName, check_transport, choose_transport, is_proxied
from ..._core.request.routing import Router
from ...config import Limits
from .base import AsyncTransport

if TYPE_CHECKING:
    import ssl

    import httpx


class AsyncOpener:
    """Makes a transport when a loop first needs one.

    Raises:
        ConfigurationError: what was asked for cannot be had.
    """

    __slots__ = ("_http_client", "_limits", "_owned", "_router", "_tls", "_wanted")

    def __init__(
        self,
        wanted: TransportName,
        http_client: httpx.AsyncClient | None,
        limits: Limits,
        router: Router,
        *,
        tls: ssl.SSLContext | None,
        owned: bool,
    ) -> None:
        check_transport(wanted, http_client is not None)
        self._wanted: TransportName = wanted
        self._http_client = http_client
        self._limits = limits
        self._router = router
        self._tls = tls
        self._owned = owned

    def __call__(self) -> AsyncTransport:
        chosen = choose_transport(
            self._wanted,
            has_http_client=self._http_client is not None,
            proxied=(proxied := is_proxied(self._router.samples())),
            loaded=sys.modules,
        )
        if chosen == "direct":
            from .direct import AsyncDirectTransport

            return AsyncDirectTransport(self._limits, tls=self._tls, owned=self._owned)

        from .httpx import AsyncBareClient, AsyncHttpxTransport, new_client
        from .httpx_pools import AsyncHttpxPools

        if self._http_client is not None:
            return AsyncHttpxTransport(self._http_client, owned=False)
        make = new_client if proxied else AsyncBareClient
        return AsyncHttpxPools(
            lambda: AsyncHttpxTransport(make(self._limits, self._tls), owned=True), owned=self._owned
        )
