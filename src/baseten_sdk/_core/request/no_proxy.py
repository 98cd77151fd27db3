"""The servers that use no proxy, by NO_PROXY in the environment.

| NO_PROXY entry | matches |
| --- | --- |
| `*` | every host |
| `example.com`, `.example.com`, `*.example.com` | the host and all names below it |
| `10.1.2.3`, `::1`, `[::1]` | the address |
| `10.0.0.0/8`, `fd00::/8` | every address of the network |
| any of them with `:8080` behind it (an IPv6 address in brackets) | the same, on that port alone |
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

from .variables import Variables

LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""Hosts that never use a proxy."""

_Address: TypeAlias = IPv4Address | IPv6Address

_Network: TypeAlias = IPv4Network | IPv6Network


class NoProxy:
    """The entries of NO_PROXY in an environment."""

    __slots__ = ("_entries",)

    def __init__(self, environment: Variables) -> None:
        lower = environment("no_proxy")
        entries = environment("NO_PROXY") or "" if lower is None else lower
        self._entries = [_Exemption.of(each) for each in entries.replace(",", " ").split()]

    def exempts(self, host: str, port: int) -> bool:
        """Whether a server uses no proxy."""
        address = _address(host)
        return host in LOOPBACK or any(entry.matches(host, address, port) for entry in self._entries)


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
