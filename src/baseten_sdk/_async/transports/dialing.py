"""Opens connections to a server: directly, through an HTTP proxy that forwards requests, or through a tunnel of such a
proxy.

Owns the choice between them, and the errors if there is none. A failure here happens before the request is sent.
"""

from __future__ import annotations

import ssl

from ..._core.request.head import tunnel
from ..._core.request.origin import Origin
from ..._core.request.proxies import Proxies, Proxy
from ..._io.connecting import AsyncConnecting
from ..._io.http1 import ProtocolError, ReplyParser
from ..._io.sockets import AsyncSocket, NothingSent
from ..._io.timer import AsyncTimer
from ..._io.tls import shared_context
from ...errors import APIConnectionError, ConfigurationError
from .base import is_limit, reason_of
from .connection import AsyncConnection

LOGIN = 407

PASSING = frozenset({408, 425, 429})
"""Statuses below 500 after which a proxy may still give a tunnel later."""


class AsyncDialer:
    """Opens connections.

    Args:
        tls: Whom to trust. None: the trust that all clients share.
        proxies: The proxies in the environment.
    """

    __slots__ = ("_proxies", "_tls")

    def __init__(self, tls: ssl.SSLContext | None, proxies: Proxies) -> None:
        self._tls = tls
        self._proxies = proxies

    async def connect(self, origin: Origin, timer: AsyncTimer, *, tunnel: bool = False) -> AsyncConnection:
        """Return a connection to a server, ready for a request.

        Args:
            tunnel: Whether to keep the content from a proxy even without TLS.

        Raises:
            APIConnectionError: The server cannot be reached.
            ConfigurationError: The environment names something unusable.
        """
        timer.enter("connect")
        proxy = self._proxy(origin)
        tls = (self._tls or shared_context()) if origin.scheme == "https" else None
        host, port = (origin.host, origin.port) if proxy is None else (proxy.host, proxy.port)
        timer.through = "" if proxy is None else proxy.address
        permanent = False
        try:
            socket = await AsyncConnecting.open(host, port, timer)
            try:
                tunnelled = proxy is not None and (tunnel or tls is not None)
                if proxy is not None and tunnelled:
                    await _ask_for_tunnel(socket, proxy, origin, timer)
                if tls is not None:
                    socket = await socket.encrypted(tls, origin.host, timer)
                return AsyncConnection(origin, socket, proxy, tunnelled)
            except BaseException:
                socket.close()
                raise
        except (OSError, ValueError, ProtocolError) as error:
            if is_limit(error):
                raise timer.expired("connect") from None
            permanent = isinstance(error, ssl.SSLCertVerificationError | ValueError)
            reason = reason_of(error)
        where = f"{origin.host}:{origin.port}" if proxy is None else f"{origin.host}:{origin.port} through {proxy}"
        raise APIConnectionError(f"Cannot connect to {where}: {reason}.", phase="connect", permanent=permanent)

    def _proxy(self, origin: Origin) -> Proxy | None:
        proxy = self._proxies.of(origin)
        if proxy is None or proxy.scheme == "http":
            return proxy
        raise ConfigurationError(
            f'{proxy.variable} names a proxy, {proxy.address}, that only transport="httpx" can use for {origin.host}. '
            "A WebSocket needs an http:// proxy, or none."
        )


async def _ask_for_tunnel(socket: AsyncSocket, proxy: Proxy, origin: Origin, timer: AsyncTimer) -> None:
    """Ask a proxy for a tunnel to a server.

    Raises:
        APIConnectionError: It refuses.
        ProtocolError: Its answer is not a reply.
        OSError: The connection to it broke.
    """
    parser = ReplyParser()
    parser.begin("CONNECT")
    try:
        if (rest := socket.start(tunnel(origin, proxy), b"")) is not None:
            await socket.finish(rest, timer)
    except NothingSent as error:
        raise error.error from None
    timer.enter("connect")
    while not parser.status:
        if data := await socket.receive(timer):
            parser.feed(data)
        else:
            parser.end()
    if parser.status == LOGIN:
        raise login_refused(proxy)
    if not 200 <= parser.status < 300:
        raise APIConnectionError(
            f"The proxy {proxy.address} gives no way to {origin.host}:{origin.port}: it answered {parser.status}.",
            phase="connect",
            permanent=parser.status < 500 and parser.status not in PASSING,
        )


def login_refused(proxy: Proxy) -> APIConnectionError:
    """Return the error for a proxy that wants another user and password."""
    wish = "asks for a user and a password" if proxy.username is None else "refuses its user or password"
    return APIConnectionError(
        f"The proxy {proxy.address} {wish} (status {LOGIN}).",
        phase="connect",
        permanent=True,
        advice=f"Set {proxy.variable} to http://user:password@host:port, with special characters percent-encoded.",
    )
