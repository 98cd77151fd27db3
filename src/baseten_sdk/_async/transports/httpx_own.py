"""Our own httpx clients: httpx's connections, and nothing around them.

A client of httpx also merges headers, looks for a login, follows redirects, keeps cookies and calls hooks. None of that
happens in our clients, and it would cost as much as sending the request.
"""

from __future__ import annotations

import ssl
from functools import lru_cache

import httpx

from ..._core.request.head import BODILESS
from ..._core.request.proxies import Proxy
from ..._io.socket_options import OPTIONS
from ..._io.tls import shared_context
from ...config import Limits
from ...errors import ConfigurationError


class AsyncBareClient:
    """Sends requests over httpx's connections. It has what `AsyncHttpxTransport` needs of a client.

    Args:
        connections: httpx's connections.
    """

    def __init__(self, connections: httpx.AsyncHTTPTransport) -> None:
        self._connections = connections
        self._closed = False

    @property
    def is_closed(self) -> bool:
        return self._closed

    def build_request(
        self,
        method: str,
        url: str,
        *,
        headers: list[tuple[str, str]],
        content: bytes | None,
        extensions: dict[str, object],
    ) -> httpx.Request:
        target, host = _parsed(url)
        lines = [("Host", host), *headers]
        if content or method not in BODILESS:
            lines.append(("Content-Length", str(len(content or b""))))
        # With `content=`, httpx would look up and copy the headers to add these two.
        stream = httpx.ByteStream(content or b"")
        return httpx.Request(method, target, headers=lines, stream=stream, extensions=extensions)

    async def send(self, request: httpx.Request, *, stream: bool, auth: None, follow_redirects: bool) -> httpx.Response:
        return await self._connections.handle_async_request(request)

    async def aclose(self) -> None:
        self._closed = True
        await self._connections.aclose()


@lru_cache(maxsize=64)
def _parsed(url: str) -> tuple[httpx.URL, str]:
    """Return a URL as httpx's own value, and its Host header. A program calls the same few, and parsing takes long."""
    parsed = httpx.URL(url)
    return parsed, parsed.netloc.decode("ascii")


def new_client(limits: Limits, tls: ssl.SSLContext | None, proxy: Proxy | None) -> AsyncBareClient:
    """Make a client that never makes a call wait for a connection.

    Raises:
        ConfigurationError: The proxy needs a package that is not installed.
    """
    context = tls or shared_context()
    try:
        connections = httpx.AsyncHTTPTransport(
            verify=context,
            limits=httpx.Limits(
                max_connections=None, max_keepalive_connections=None, keepalive_expiry=limits.idle_connection
            ),
            proxy=None if proxy is None else _known(proxy, context),
            socket_options=OPTIONS,
        )
    except ImportError:
        assert proxy is not None, "nothing else of httpx's needs another package"
        raise ConfigurationError(
            f"{proxy.variable} names {proxy}, and SOCKS needs another package: pip install 'baseten-sdk[socks]'."
        ) from None
    return AsyncBareClient(connections)


def _known(proxy: Proxy, context: ssl.SSLContext) -> httpx.Proxy:
    """Return the proxy as httpx defines it."""
    return httpx.Proxy(
        proxy.address,
        auth=None if proxy.username is None else (proxy.username, proxy.password),
        ssl_context=context if proxy.scheme == "https" else None,
    )
