"""Which transport carries a client's calls."""

from __future__ import annotations

import os
import sys
from collections.abc import Container, Iterable
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from ...errors import ConfigurationError

TransportName: TypeAlias = Literal["auto", "direct", "httpx"]


LOOPBACK = ("localhost", "127.0.0.1", "::1")

MOCKS = ("respx", "pytest_httpx")
"""Modules that answer in the place of httpx; where one is loaded, it is meant to."""


def check_transport(wanted: TransportName, has_http_client: bool) -> None:
    """Refuse a transport that does not exist, or that cannot be had together with `http_client=`.

    Raises:
        ConfigurationError: the message says what can be had.
    """
    if wanted not in ("auto", "direct", "httpx"):
        raise ConfigurationError(f'transport must be "auto", "direct" or "httpx", not {wanted!r}.')
    if wanted == "direct" and has_http_client:
        raise ConfigurationError('transport="direct" does without httpx; leave out http_client= or the transport.')


def choose_transport(
    wanted: TransportName, *, has_http_client: bool, proxied: bool, loaded: Container[str]
) -> Literal["direct", "httpx"]:
    """The transport that fits.

    Args:
        wanted: what was asked for.
        has_http_client: whether the user gave an httpx client.
        proxied: whether the environment names a proxy for one of the hosts.
        loaded: names of the modules that are loaded.

    Raises:
        ConfigurationError: what was asked for cannot be had.
    """
    check_transport(wanted, has_http_client)
    if wanted == "direct" and proxied:
        raise ConfigurationError('transport="direct" knows no proxies, and the environment names one; use "httpx".')
    if wanted == "auto":
        needs_httpx = has_http_client or proxied or any(mock in loaded for mock in MOCKS)
        return "httpx" if needs_httpx else "direct"
    return wanted


def is_proxied(urls: Iterable[str]) -> bool:
    """Whether the environment names a proxy for any of the URLs; this machine itself is never reached through one."""
    if sys.platform.startswith("linux") and not any(name.lower().endswith("_proxy") for name in os.environ):
        return False

    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    for url in urls:
        parts = urlsplit(url)
        if parts.hostname in LOOPBACK:
            continue
        if (parts.scheme in proxies or "all" in proxies) and not proxy_bypass(parts.netloc):
            return True
    return False
