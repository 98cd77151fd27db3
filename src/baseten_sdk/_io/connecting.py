"""Opening a TCP connection: addresses are looked up, and tried so that a dead one costs a quarter of a second.

The async flavour follows the idea of happy eyeballs (RFC 8305): addresses of both families in turn, each a little
later than the one before, and the first that answers wins. The sync flavour tries one after the other within the time
there is.
"""

from __future__ import annotations

import errno
import socket
import ssl
from itertools import chain, zip_longest
from typing import TypeAlias

import anyio

from .sockets import AsyncSocket, Socket, tune
from .timer import AsyncTimer, Timer

STAGGER = 0.25
"""Seconds after which the next address is tried beside those that have not answered."""

Address: TypeAlias = tuple[socket.AddressFamily, tuple[str | int | bytes, ...]]

UNDER_WAY = frozenset({errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EAGAIN})


class AsyncConnecting:
    """Opens connections of an event loop."""

    @staticmethod
    async def open(host: str, port: int, tls: ssl.SSLContext | None, timer: AsyncTimer) -> AsyncSocket:
        """Connect to a host.

        Raises:
            OSError: no address answered, or the other side is not who it should be.
        """
        addresses = _literal(host, port)
        if addresses is None:
            found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            addresses = _interleaved([(family, address) for family, _, _, _, address in found])
        raw = await _connect(addresses[0]) if len(addresses) == 1 else await _race(addresses)
        connection = AsyncSocket(raw)
        try:
            tune(raw)
            if tls is not None:
                await connection.start_tls(tls, host)
        except BaseException:
            connection.close()
            raise
        return connection


class Connecting:
    """Opens connections of a thread."""

    @staticmethod
    def open(host: str, port: int, tls: ssl.SSLContext | None, timer: Timer) -> Socket:
        """Connect to a host.

        Raises:
            OSError: no address answered, or the other side is not who it should be.
        """
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        failure: OSError = OSError(f"{host} has no address")
        addresses: list[Address] = [(family, address) for family, _, _, _, address in found]
        for family, address in _interleaved(addresses):
            raw = socket.socket(family, socket.SOCK_STREAM)
            try:
                raw.settimeout(timer.remaining())
                raw.connect(address)
                tune(raw)
                connection = Socket(raw)
                if tls is not None:
                    raw.settimeout(timer.remaining())
                    connection.start_tls(tls, host)
                return connection
            except ssl.SSLError:
                raw.close()
                raise
            except OSError as error:
                raw.close()
                failure = error
            except BaseException:
                raw.close()
                raise
        raise failure


def _literal(host: str, port: int) -> list[Address] | None:
    """The one address of a host that is written as one; None for a name."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except (OSError, ValueError):
            continue
        return [(family, (host, port))]
    return None


def _interleaved(addresses: list[Address]) -> list[Address]:
    """The addresses with their families in turn, beginning with the first."""
    first = [each for each in addresses if each[0] == addresses[0][0]]
    other = [each for each in addresses if each[0] != addresses[0][0]]
    return [each for each in chain.from_iterable(zip_longest(first, other)) if each is not None]


async def _connect(address: Address) -> socket.socket:
    family, place = address
    raw = socket.socket(family, socket.SOCK_STREAM)
    try:
        raw.setblocking(False)
        code = raw.connect_ex(place)
        if code in UNDER_WAY:
            await anyio.wait_writable(raw)
            code = raw.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, errno.errorcode.get(code, "connect failed"))
    except BaseException:
        raw.close()
        raise
    return raw


async def _race(addresses: list[Address]) -> socket.socket:
    won: list[socket.socket] = []
    failures: list[OSError] = []

    async def attempt(place: int, failed: anyio.Event) -> None:
        try:
            raw = await _connect(addresses[place])
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
            for place in range(len(addresses)):
                failed = anyio.Event()
                group.start_soon(attempt, place, failed)
                with anyio.move_on_after(STAGGER):
                    await failed.wait()
    except BaseException:
        for raw in won:
            raw.close()
        raise
    if not won:
        raise failures[0]
    return won[0]
