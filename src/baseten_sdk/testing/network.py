"""Whether a program tries to leave the machine, as the interpreter itself reports it.

Theory of operation. The interpreter announces each connection, each datagram and each look-up of a name to its audit
hooks, whichever library makes it, on whichever thread or event loop. A hook cannot be taken away again, so one is
installed when it is first needed, and it asks the guard that is on at the moment, if any. Other processes, sockets that
were connected before, and libraries in C with sockets of their own are not announced. It must not know of pytest.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from functools import cached_property

LOCAL_NAMES = frozenset({"", "localhost", "localhost.localdomain", "ip6-localhost", socket.gethostname().lower()})
Host = str | bytes | bytearray


class Guard:
    """Refuses what would leave the machine, and remembers it.

    Attributes:
        attempts: What was tried, in order, such as "connect to 192.0.2.1 port 443".
    """

    def __init__(self, refuse: Callable[[str], None], allowed: Iterable[str] = ()) -> None:
        """Prepare a guard.

        Args:
            refuse: Called with what was tried; raises.
            allowed: Names and addresses of other machines that may be reached.
        """
        self.attempts: list[str] = []
        self._refuse = refuse
        self._allowed = LOCAL_NAMES | {_name(each) for each in allowed}

    def heard(self, event: str, arguments: tuple[object, ...]) -> None:
        """Judge an event of the interpreter's."""
        match event, arguments:
            case "socket.getaddrinfo", (str() | bytes() | bytearray() as host, port, *_):
                self._look_up(host, f"look up {_text(host)} port {port}")
            case "socket.gethostbyname", (str() | bytes() | bytearray() as host, *_):
                self._look_up(host, f"look up {_text(host)}")
            case "socket.gethostbyaddr", (str() | bytes() | bytearray() as host, *_):
                self._reach(host, f"look up {_text(host)}")
            case "socket.getnameinfo", ((str() | bytes() | bytearray() as host, *_), *_):
                self._reach(host, f"look up {_text(host)}")
            case "socket.connect", (_, (str() | bytes() | bytearray() as host, port, *_)):
                self._reach(host, f"connect to {_text(host)} port {port}")
            case "socket.sendto" | "socket.sendmsg", (_, (str() | bytes() | bytearray() as host, port, *_)):
                self._reach(host, f"send to {_text(host)} port {port}")
            case _:
                pass

    def _look_up(self, host: Host, attempt: str) -> None:
        """Resolving a name asks another machine; a number needs no question."""
        if _name(host) not in self._allowed and _address(host) is None:
            self._stop(attempt)

    def _reach(self, host: Host, attempt: str) -> None:
        address = _address(host)
        local = address is not None and (address.is_loopback or address.is_unspecified)
        if not local and _name(host) not in self._allowed and address not in self._allowed_addresses:
            self._stop(attempt)

    @cached_property
    def _allowed_addresses(self) -> frozenset[ipaddress.IPv4Address | ipaddress.IPv6Address | None]:
        """Where the allowed names are: a program looks a name up and then connects to a number."""
        found: set[ipaddress.IPv4Address | ipaddress.IPv6Address | None] = set()
        for name in self._allowed - LOCAL_NAMES:
            with suppress(OSError):
                found |= {_address(str(info[4][0])) for info in socket.getaddrinfo(name, None)}
        return frozenset(found - {None})

    def _stop(self, attempt: str) -> None:
        self.attempts.append(attempt)
        self._refuse(attempt)


_guards: list[Guard] = []
_hooked = False


@contextmanager
def guarding(guard: Guard) -> Generator[Guard]:
    """Let a guard judge everything that the process does within the block."""
    global _hooked
    if not _hooked:
        sys.addaudithook(_hook)
        _hooked = True
    _guards.append(guard)
    try:
        yield guard
    finally:
        _guards.remove(guard)


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if _guards and event.startswith("socket."):
        _guards[-1].heard(event, arguments)


def _text(host: Host) -> str:
    return host if isinstance(host, str) else host.decode("ascii", "replace")


def _name(host: Host) -> str:
    return _text(host).lower().removesuffix(".")


def _address(host: Host) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(_text(host).partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
