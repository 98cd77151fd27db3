"""Finds the proxy for a server in the environment.

Owns what the variables mean: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, in either case. It opens no connection.
No repr or error contains a proxy's password.

| NO_PROXY entry | matches |
| --- | --- |
| `*` | every host |
| `example.com`, `.example.com`, `*.example.com` | the host and all names below it |
| `10.1.2.3`, `::1`, `[::1]` | the address |
| `10.0.0.0/8`, `fd00::/8` | every address of the network |
| any of them with `:8080` behind it (an IPv6 address in brackets) | the same, on that port alone |
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias
from urllib.parse import SplitResult, unquote, urlsplit

from ...errors import ConfigurationError
from .hidden import Hidden
from .origin import Origin
from .variables import Variables

LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""Hosts that never use a proxy."""

PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
"""Supported proxy schemes and their default ports."""

SPELLINGS = {"socks": "socks5", "": "http"}

SYSTEM = "The proxy in the system's settings"

_Address: TypeAlias = IPv4Address | IPv6Address
_Network: TypeAlias = IPv4Network | IPv6Network


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

    __slots__ = ("_bypass", "_exempt", "_named", "_system")

    def __init__(
        self,
        environment: Variables,
        system: Mapping[str, str] | None = None,
        exempt: Callable[[str], bool] | None = None,
    ) -> None:
        self._named = _named(environment)
        self._system = {} if self._named or system is None else {name: _hidden(system.get, name) for name in system}
        self._exempt = exempt if self._system else None
        self._bypass = [_Exemption.of(each) for each in _no_proxy(environment).replace(",", " ").split()]

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
        if origin.host in LOOPBACK:
            return True
        host = origin.host.rstrip(".").lower()
        if self._exempt is not None and self._exempt(host):
            return True
        address = _address(host)
        return any(entry.matches(host, address, origin.port) for entry in self._bypass)


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


def _no_proxy(environment: Variables) -> str:
    lower = environment("no_proxy")
    return environment("NO_PROXY") or "" if lower is None else lower


@dataclass(frozen=True, slots=True)
class _Exemption:
    """One entry of NO_PROXY."""

    name: str
    network: _Network | None = None
    port: int | None = None

    @classmethod
    def of(cls, text: str) -> _Exemption:
        host, port = text.lower(), None
        network = _network(host)
        if network is None:
            before, colon, behind = host.rpartition(":")
            if colon and behind.isascii() and behind.isdigit():
                host, port = before, int(behind)
                network = _network(host)
        return cls(host.removeprefix("*.").lstrip(".").rstrip("."), network, port)

    def matches(self, host: str, address: _Address | None, port: int) -> bool:
        if self.port is not None and self.port != port:
            return False
        if self.name == "*":
            return True
        if address is not None or self.network is not None:
            return address is not None and self.network is not None and address in self.network
        return host == self.name or (bool(self.name) and host.endswith(f".{self.name}"))


def _network(text: str) -> _Network | None:
    """Read an address or a network, with or without brackets."""
    address, slash, length = text.partition("/")
    if address.startswith("[") and address.endswith("]"):
        address = address[1:-1]
    elif text.startswith("[") and text.endswith("]"):
        address, length = address[1:], length[:-1]
    try:
        return ip_network(f"{address}{slash}{length}", strict=False)
    except ValueError:
        return None


def _address(host: str) -> _Address | None:
    try:
        found = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
