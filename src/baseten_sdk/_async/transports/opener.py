"""Opens the transport of a client, and imports its library only then."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ..._core.policy.transport_choice import TransportName, check_transport, choose_transport
from ..._core.request.origin import split_url
from ..._core.request.proxies import Proxies, Proxy
from ..._core.request.routing import Router
from ..._io.machine_proxies import machine_proxies
from ...config import Limits
from ...errors import ConfigurationError
from .base import AsyncTransport

if TYPE_CHECKING:
    import ssl

    import httpx
    import httpx2


class AsyncOpener:
    """Makes a transport when a loop first needs one.

    Raises:
        ConfigurationError: The requested transport is not available.
    """

    __slots__ = ("_http_client", "_limits", "_owned", "_router", "_tls", "_wanted")

    def __init__(
        self,
        wanted: TransportName,
        http_client: httpx.AsyncClient | httpx2.AsyncClient | None,
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
        if self._http_client is not None:
            from .httpx import open_given

            return open_given(self._http_client)

        proxies = machine_proxies()
        chosen = choose_transport(self._wanted, proxies=self._met(proxies), loaded=sys.modules)
        if chosen == "direct":
            from .direct import AsyncDirectTransport

            return AsyncDirectTransport(self._limits, tls=self._tls, proxies=proxies, owned=self._owned)

        from .httpx_clients import AsyncHttpxClients

        return AsyncHttpxClients(self._limits, tls=self._tls, proxies=proxies, owned=self._owned)

    def upgrading(self, transport: AsyncTransport) -> AsyncTransport:
        """Return a transport for requests that ask for another protocol: this one if it can, otherwise another one
        beside it.

        Raises:
            ConfigurationError: The user's httpx client makes the connections.
        """
        if self._http_client is not None:
            raise ConfigurationError(
                "A WebSocket cannot go through http_client=, since httpx has none. Use a client without http_client=."
            )

        from .direct import AsyncDirectTransport

        if isinstance(transport, AsyncDirectTransport):
            return transport
        return AsyncDirectTransport(self._limits, tls=self._tls, proxies=machine_proxies(), owned=self._owned)

    def _met(self, proxies: Proxies) -> list[Proxy]:
        """Return the proxies for the hosts that the client may call."""
        if not proxies:
            return []
        found = [proxies.of(split_url(url)[0]) for url in self._router.samples()]
        return [proxy for proxy in found if proxy is not None]
