"""Chooses the transport for a client's calls."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Literal, TypeAlias

from ...errors import ConfigurationError
from ..request.proxies import Proxy

TransportName: TypeAlias = Literal["auto", "direct", "httpx"]

MOCKS = ("respx", "pytest_httpx")
"""Modules that replace httpx with mocks. If one is loaded, the client uses httpx."""


def check_transport(wanted: TransportName, has_http_client: bool) -> None:
    """Refuse an unknown transport, or one that does not go with `http_client=`.

    Raises:
        ConfigurationError: The message says which ones are possible.
    """
    if wanted not in ("auto", "direct", "httpx"):
        raise ConfigurationError(f'transport must be "auto", "direct" or "httpx", not {wanted!r}.')
    if wanted == "direct" and has_http_client:
        raise ConfigurationError('transport="direct" does not use httpx; leave out http_client= or transport=.')


def choose_transport(
    wanted: TransportName, *, proxies: Iterable[Proxy], loaded: Container[str]
) -> Literal["direct", "httpx"]:
    """Return the transport of a client without `http_client=`.

    Args:
        wanted: The one that was asked for, checked.
        proxies: The proxies before the hosts that the client may call.
        loaded: Names of the modules that are loaded.

    Raises:
        ConfigurationError: `direct` does not speak to one of the proxies.
    """
    foreign = next((proxy for proxy in proxies if proxy.scheme != "http"), None)
    if wanted == "direct" and foreign is not None:
        raise ConfigurationError(
            f'transport="direct" speaks to http:// proxies alone, and {foreign.variable} names {foreign}. '
            'Use transport="auto" or "httpx".'
        )
    if wanted == "auto":
        needs_httpx = foreign is not None or any(mock in loaded for mock in MOCKS)
        return "httpx" if needs_httpx else "direct"
    return wanted
