"""Finds the proxy for a server in the environment.

Owns what HTTP_PROXY, HTTPS_PROXY and ALL_PROXY mean, in either case. It opens no connection.
No repr or error contains a proxy's password.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from ...errors import ConfigurationError
from .hidden import Hidden
from .no_proxy import NoProxy
from .origin import Origin
from .variables import Variables

PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
"""Supported proxy schemes and their default ports."""

SPELLINGS = {"socks": "socks5", "": "http"}

SYSTEM = "The proxy in the system's settings"


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy.

    Attributes:
        scheme: How to speak to it: "http", "https", "socks5" or "socks5h".
        username: The decoded user name. None if there is none.
        password: The decoded password.
        variable: The variable that names it.
    """

    scheme: str
    host: str
    port: int
    username: str | None = field(default=None, repr=False)
    password: str = field(default="", repr=False)
    variable: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"the proxy {self.address}"

    @property
    def address(self) -> str:
        """Its URL without user and password, for messages."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def authorization(self) -> str | None:
        """The value of `proxy-authorization`. None if the proxy needs none."""
        if self.username is None:
            return None
        return f"Basic {b64encode(f'{self.username}:{self.password}'.encode()).decode()}"


class Proxies:
    """The proxies of an environment.

    Args:
        environment: The variables.
        system: The system's proxies by scheme, used if no variable names one.
        exempt: Whether the system's settings exempt a host.
    """

    __slots__ = ("_direct", "_exempt", "_named", "_system")

    def __init__(
        self,
        environment: Variables,
        system: Mapping[str, str] | None = None,
        exempt: Callable[[str], bool] | None = None,
    ) -> None:
        self._named = _named(environment)
        self._system = {} if self._named or system is None else {name: _hidden(system.get, name) for name in system}
        self._exempt = exempt if self._system else None
        self._direct = NoProxy(environment)

    def __bool__(self) -> bool:
        return bool(self._named or self._system)

    def of(self, origin: Origin) -> Proxy | None:
        """Return the proxy for a server, or None.

        Raises:
            ConfigurationError: The variable cannot be read. The message names it.
        """
        for scheme in (origin.scheme, "all"):
            variable, url = self._named.get(scheme) or (SYSTEM, self._system.get(scheme))
            if url is not None:
                return None if self._bypassed(origin) else parse_proxy(variable, url)
        return None

    def _bypassed(self, origin: Origin) -> bool:
        host = origin.host.rstrip(".").lower()
        return self._direct.exempts(host, origin.port) or (self._exempt is not None and self._exempt(host))


def parse_proxy(variable: str, url: Hidden[str]) -> Proxy:
    """Read the proxy that a variable names.

    Raises:
        ConfigurationError: The value is not the URL of a proxy. The message does not show it, because it may contain a
            password.
    """
    found = _parsed(variable, url)
    if isinstance(found, Proxy):
        return found
    raise ConfigurationError(
        f"{variable} does not name a usable proxy: {found}. Set it to http://host:port, unset it, or add the "
        "service's host to NO_PROXY."
    )


def _parsed(variable: str, url: Hidden[str]) -> Proxy | str:
    """Return the proxy, or what is wrong with its URL."""
    parts, reason = _split(url.value)
    scheme = SPELLINGS.get(parts.scheme, parts.scheme)
    if reason:
        return reason
    if scheme not in PORTS:
        return f"its scheme is {scheme!r}, and not one of {', '.join(PORTS)}"
    if not parts.hostname:
        return "it has no host"
    username = None if parts.username is None else unquote(parts.username)
    return Proxy(scheme, parts.hostname, parts.port or PORTS[scheme], username, unquote(parts.password or ""), variable)


def _split(value: str) -> tuple[SplitResult, str]:
    """Split the URL of a proxy. Return its parts, and what is wrong with it: "" if nothing was found so far."""
    try:
        parts = urlsplit(value if "://" in value else f"//{value}")
    except ValueError:
        return urlsplit(""), "it is not a URL"
    try:
        good = parts.port != 0
    except ValueError:
        good = False
    return parts, "" if good else "its port is not a number from 1 to 65535"


def _named(environment: Variables) -> dict[str, tuple[str, Hidden[str]]]:
    """Return the variables by scheme. As in other tools, a lowercase variable wins, even if it is empty."""
    named: dict[str, tuple[str, Hidden[str]]] = {}
    for scheme in ("http", "https", "all"):
        for variable in (f"{scheme}_proxy", f"{scheme}_proxy".upper()):
            if environment(variable) is None or (
                variable == "HTTP_PROXY" and environment("REQUEST_METHOD") is not None
            ):
                continue  # In a CGI program, HTTP_PROXY is a header that the client of the program sends.
            url = _hidden(environment, variable)
            if url.value:
                named[scheme] = (variable, url)
            break
    return named


def _hidden(urls: Callable[[str], str | None], name: str) -> Hidden[str]:
    url: Hidden[str] = Hidden()
    url.value = (urls(name) or "").strip()
    return url
