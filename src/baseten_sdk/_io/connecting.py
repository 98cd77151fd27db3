"""Opens TCP connections: looks up the addresses, and tries them so that a dead one costs only a quarter of a second.

Both flavors follow happy eyeballs (RFC 8305): addresses of both families alternate, each is tried a little later than
the one before, and the first to answer wins. The async flavor races tasks, the sync flavor non-blocking sockets.
"""

from __future__ import annotations

import errno
import os
import selectors
import socket
import sys
import threading
from collections import deque
from itertools import chain, zip_longest
from typing import TypeAlias

import anyio

from .socket_options import tune
from .sockets import AsyncSocket, Socket
from .timer import AsyncTimer, Timer

STAGGER = 0.25
"""Seconds after which to try the next address in addition."""

Address: TypeAlias = tuple[socket.AddressFamily, tuple[str | int | bytes, ...]]

UNDER_WAY = frozenset({errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EAGAIN})


class AsyncConnecting:
    """Opens connections in an event loop."""

    @staticmethod
    async def open(host: str, port: int, timer: AsyncTimer) -> AsyncSocket:
        """Connect to a host.

        Raises:
            OSError: No address answered.
        """
        addresses = _literal(host, port)
        if addresses is None:
            # uvloop looks names up without the interpreter, and audit hooks (the pytest guard) would not hear of it.
            sys.audit("socket.getaddrinfo", host, port, 0, socket.SOCK_STREAM, 0)
            found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            addresses = _interleaved([(family, address) for family, _, _, _, address in found])
        raw = await _connect(addresses[0]) if len(addresses) == 1 else await _race(addresses)
        try:
            tune(raw)
            return AsyncSocket(raw)
        except BaseException:
            raw.close()
            raise


class Connecting:
    """Opens connections in a thread."""

    @staticmethod
    def open(host: str, port: int, timer: Timer) -> Socket:
        """Connect to a host.

        Raises:
            OSError: No address answered.
        """
        addresses = _literal(host, port) or _interleaved(_resolved(host, port, timer))
        raw = _Race(addresses).run(timer)
        try:
            tune(raw)
            return Socket(raw)
        except BaseException:
            raw.close()
            raise


def _literal(host: str, port: int) -> list[Address] | None:
    """Return the address of a host that is an IP address. None for a name."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except (OSError, ValueError):
            continue
        return [(family, (host, port))]
    return None


def _interleaved(addresses: list[Address]) -> list[Address]:
    """Return the addresses, alternating the families and starting with the first one.

    Raises:
        OSError: There are none.
    """
    if not addresses:
        raise OSError("no address found for the name")
    first = [each for each in addresses if each[0] == addresses[0][0]]
    other = [each for each in addresses if each[0] != addresses[0][0]]
    return [each for each in chain.from_iterable(zip_longest(first, other)) if each is not None]


def _resolved(host: str, port: int, timer: Timer) -> list[Address]:
    """Return the addresses of a name.

    The resolver has no time limit, so it runs in a thread that can be left behind.
    """
    found: list[Address] = []
    failures: list[BaseException] = []

    def resolve() -> None:
        try:
            for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                found.append((family, address))  # An address counts even if the rest of the lookup fails.
        except BaseException as error:  # Any exception belongs to the caller, not to this thread.
            failures.append(error)

    resolver = threading.Thread(target=resolve, name="baseten-sdk resolver", daemon=True)
    resolver.start()
    resolver.join(timer.remaining())
    if resolver.is_alive():
        raise TimeoutError
    if failures:
        raise failures[0]
    return found


class _Race:
    """Connects to addresses, each a little later than the one before, until one answers. The others are closed."""

    def __init__(self, addresses: list[Address]) -> None:
        self._waiting = deque(addresses)
        self._running = selectors.DefaultSelector()
        self._failure: OSError | None = None

    def run(self, timer: Timer) -> socket.socket:
        """Return the socket that connected first.

        Raises:
            OSError: No address answered.
        """
        winner: socket.socket | None = None
        try:
            while winner is None:
                winner = self._start_next() or self._watch(timer)
                if winner is None and not self._waiting and not self._running.get_map():
                    raise self._failure or OSError("no address answered")
            return winner
        finally:
            for key in list(self._running.get_map().values()):
                if isinstance(key.fileobj, socket.socket) and key.fileobj is not winner:
                    key.fileobj.close()
            self._running.close()

    def _start_next(self) -> socket.socket | None:
        if not self._waiting:
            return None
        family, sockaddr = self._waiting.popleft()
        raw: socket.socket | None = None
        try:
            raw = socket.socket(family, socket.SOCK_STREAM)
            raw.setblocking(False)
            code = raw.connect_ex(sockaddr)
            if code == 0:
                return raw
            if code not in UNDER_WAY:
                raise OSError(code, os.strerror(code))
            self._running.register(raw, selectors.EVENT_WRITE)
        except OSError as error:
            self._lost(raw, error)
        except BaseException:
            if raw is not None:
                raw.close()
            raise
        return None

    def _watch(self, timer: Timer) -> socket.socket | None:
        """Wait for the running connections until the next one may start."""
        if not self._running.get_map():
            return None
        left = timer.remaining()
        longest = left if not self._waiting else STAGGER if left is None else min(left, STAGGER)
        for key, _ in self._running.select(longest):
            raw = key.fileobj
            assert isinstance(raw, socket.socket)
            code = raw.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code == 0:
                return raw
            self._running.unregister(raw)
            self._lost(raw, OSError(code, os.strerror(code)))
        return None

    def _lost(self, raw: socket.socket | None, error: OSError) -> None:
        if raw is not None:
            raw.close()
        self._failure = self._failure or error


async def _connect(address: Address) -> socket.socket:
    family, sockaddr = address
    raw = socket.socket(family, socket.SOCK_STREAM)
    try:
        raw.setblocking(False)
        code = raw.connect_ex(sockaddr)
        if code in UNDER_WAY:
            await anyio.wait_writable(raw)
            code = raw.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))
    except BaseException:
        raw.close()
        raise
    return raw


async def _race(addresses: list[Address]) -> socket.socket:
    won: list[socket.socket] = []
    failures: list[OSError] = []

    async def attempt(index: int, failed: anyio.Event) -> None:
        try:
            raw = await _connect(addresses[index])
        except OSError as error:
            failures.append(error)
            failed.set()
            return
        if won:
            raw.close()
        else:
            won.append(raw)
            group.cancel_scope.cancel()

    try:
        async with anyio.create_task_group() as group:
            for index in range(len(addresses)):
                failed = anyio.Event()
                group.start_soon(attempt, index, failed)
                with anyio.move_on_after(STAGGER):
                    await failed.wait()
    except BaseException:
        for raw in won:
            raw.close()
        raise
    if not won:
        raise failures[0]
    return won[0]
