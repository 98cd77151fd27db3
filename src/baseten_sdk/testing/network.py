"""Whether a program tries to leave the machine, told by the interpreter itself.

Theory of operation. The interpreter announces each connection and each look-up of a name to its audit hooks, whichever
library makes it, on whichever thread or event loop. A hook cannot be taken away again, so one is installed when it is
first needed, and it asks the watch that is on at the moment, if any. It must not know of pytest.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager

LOCAL_NAMES = frozenset({"", "localhost", "localhost.localdomain", "ip6-localhost", socket.gethostname().lower()})


class Watch:
    """Refuses what would leave the machine, and remembers it.

    Attributes:
        attempts: what was tried, in order, such as "connect to 192.0.2.1 port 443".
    """

    def __init__(self, refuse: Callable[[str], None], allowed: Iterable[str] = ()) -> None:
        """Prepare a watch.

        Args:
            refuse: called with what was tried; raises.
            allowed: names and addresses of other machines that may be reached.
        """
        self.attempts: list[str] = []
        self._refuse = refuse
        self._allowed = LOCAL_NAMES | {each.lower() for each in allowed}

    def heard(self, event: str, arguments: tuple[object, ...]) -> None:
        """Judge an event of the interpreter's."""
        match event, arguments:
            case "socket.getaddrinfo", (str() | bytes() as host, port, *_):
                if not self._stays(host, resolving=True):
                    self._stop(f"look up {_text(host)} port {port}")
            case "socket.connect", (socket.socket() as used, (str() as host, port, *_)):
                if used.type == socket.SOCK_STREAM and not self._stays(host):
                    self._stop(f"connect to {host} port {port}")
            case "socket.sendto", (_, (str() as host, port, *_)):
                if not self._stays(host):
                    self._stop(f"send to {host} port {port}")
            case _:
                pass

    def _stays(self, host: str | bytes, *, resolving: bool = False) -> bool:
        name = _text(host).lower()
        if name in self._allowed:
            return True
        try:
            address = ipaddress.ip_address(name.partition("%")[0])
        except ValueError:
            return False
        return resolving or address.is_loopback or address.is_unspecified

    def _stop(self, attempt: str) -> None:
        self.attempts.append(attempt)
        self._refuse(attempt)


_watches: list[Watch] = []
_hooked = False


@contextmanager
def watching(watch: Watch) -> Generator[Watch]:
    """Let a watch judge everything that the process does within the block."""
    global _hooked
    if not _hooked:
        sys.addaudithook(_hook)
        _hooked = True
    _watches.append(watch)
    try:
        yield watch
    finally:
        _watches.remove(watch)


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if _watches and event.startswith("socket."):
        _watches[-1].heard(event, arguments)


def _text(host: str | bytes) -> str:
    return host if isinstance(host, str) else host.decode("ascii", "replace")
