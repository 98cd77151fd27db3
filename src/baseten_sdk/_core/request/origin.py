"""The server and target of a request, from its URL."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from ..._secrets import shown_url
from ...errors import InvalidRequestError

PORTS = {"https": 443, "http": 80}


class Origin(NamedTuple):
    """A server: scheme, host and port."""

    scheme: str
    host: str
    port: int

    @property
    def bracketed(self) -> str:
        """The host, with brackets around an IPv6 address."""
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        return self.bracketed if self.port == PORTS[self.scheme] else f"{self.bracketed}:{self.port}"


@lru_cache(maxsize=4096)
def split_url(url: str) -> tuple[Origin, str]:
    """Split a URL into its server and the target: path and query.

    Raises:
        InvalidRequestError: It is not the URL of a web server.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise InvalidRequestError(f"{shown_url(url)} is not a URL.") from None
    if parts.scheme not in PORTS or not host:
        raise InvalidRequestError(f"{shown_url(url)} is not the URL of a web server.")
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return Origin(parts.scheme, host, port or PORTS[parts.scheme]), target
