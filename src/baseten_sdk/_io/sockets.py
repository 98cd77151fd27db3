"""A connection as bytes in and out, over TCP or TLS, in both flavours.

The async flavour has a socket of its own that never blocks, and waits for it with anyio, so that it works on asyncio
and trio alike and nothing is read that nobody asked for: what the kernel holds is all that there is, and `quiet` can
tell.
The sync flavour gives each operation the time that is left.
"""

from __future__ import annotations

import select
import socket
import ssl
from contextlib import suppress
from typing import Protocol, runtime_checkable

import anyio
import anyio.lowlevel

from .timer import AsyncTimer, Timer

PIECE = 64 * 1024
"""Bytes that are read at a time."""

CLOSED = "the connection was closed here"
EARLY = "the other side did not take all of it"

STRAIGHT = 32
"""Reads without waiting after which other tasks get their turn."""

GLANCE = 0.25
"""Seconds of waiting to send after which it is looked whether the other side answers already."""

UNACKNOWLEDGED = 30
"""Seconds for which sent data may stay without the other kernel's word before the connection counts as dead."""


class AnsweredEarly(OSError):
    """The other side answers, or has closed, before it has taken everything."""


class AsyncSocket:
    """One connection of an event loop."""

    __slots__ = ("_early", "_poll", "_raw", "_straight")

    def __init__(self, raw: socket.socket) -> None:
        self._raw = raw
        self._poll = _poll(raw)
        self._straight = 0
        self._early: bytes | None = None

    async def start_tls(self, context: ssl.SSLContext, hostname: str) -> None:
        """Encrypt the connection, and check whose it is."""
        wrapped = context.wrap_socket(self._raw, server_hostname=hostname, do_handshake_on_connect=False)
        self._raw = wrapped
        while True:
            try:
                wrapped.do_handshake()
                return
            except ssl.SSLWantReadError:
                await anyio.wait_readable(wrapped)
            except ssl.SSLWantWriteError:
                await anyio.wait_writable(wrapped)

    async def send(self, data: bytes, timer: AsyncTimer) -> None:
        """Send all of it.

        Raises:
            AnsweredEarly: the other side did not want all of it.
        """
        sent = await self._send_some(data)
        if sent == len(data):
            return
        timer.enter("write")
        view = memoryview(data)
        while sent < len(data):
            sent += await self._send_some(view[sent:])

    async def _send_some(self, data: bytes | memoryview) -> int:
        while True:
            try:
                return self._raw.send(data)
            except (BlockingIOError, ssl.SSLWantWriteError):
                with anyio.move_on_after(GLANCE) as waiting:
                    await _writable(self._raw)
                if waiting.cancelled_caught:
                    self._early = _glance(self._raw)
                    if self._early is not None:
                        raise AnsweredEarly(EARLY) from None
            except ssl.SSLWantReadError:
                await _readable(self._raw)

    async def wait(self, timer: AsyncTimer) -> None:
        """Wait until there is something to read."""
        if self._early is None and not (isinstance(self._raw, ssl.SSLSocket) and self._raw.pending()):
            await _readable(self._raw)

    async def receive(self, timer: AsyncTimer) -> bytes:
        """The next bytes; b"" when the other side has closed."""
        if self._early is not None:
            early, self._early = self._early, None
            return early
        while True:
            try:
                data = self._raw.recv(PIECE)
            except (BlockingIOError, ssl.SSLWantReadError):
                self._straight = 0
                await _readable(self._raw)
            except ssl.SSLWantWriteError:
                await _writable(self._raw)
            else:
                self._straight += 1
                if self._straight >= STRAIGHT:
                    self._straight = 0
                    await anyio.lowlevel.checkpoint()
                return data

    def quiet(self) -> bool:
        """Whether nothing has come, not even the end: only then may another request be sent."""
        return _quiet(self._raw, self._poll)

    def close(self) -> None:
        """Close it now; whoever waits for it gets an error."""
        with suppress(anyio.NoEventLoopError, RuntimeError, ValueError):
            anyio.notify_closing(self._raw)
        self._raw.close()

    def abandon(self) -> None:
        """Close it without its event loop, which has ended."""
        self._raw.close()


class Socket:
    """One connection of a thread."""

    __slots__ = ("_early", "_poll", "_raw")

    def __init__(self, raw: socket.socket) -> None:
        self._raw = raw
        self._poll = _poll(raw)
        self._early: bytes | None = None

    def start_tls(self, context: ssl.SSLContext, hostname: str) -> None:
        """Encrypt the connection, and check whose it is."""
        self._raw = context.wrap_socket(self._raw, server_hostname=hostname)

    def send(self, data: bytes, timer: Timer) -> None:
        """Send all of it.

        Raises:
            AnsweredEarly: the other side did not want all of it.
        """
        timer.enter("write")
        view = memoryview(data)
        while view:
            left = timer.remaining()
            self._raw.settimeout(GLANCE if left is None else min(left, GLANCE))
            try:
                view = view[self._raw.send(view) :]
            except TimeoutError:
                self._raw.settimeout(0)
                self._early = _glance(self._raw)
                if self._early is not None:
                    raise AnsweredEarly(EARLY) from None

    def wait(self, timer: Timer) -> None:
        """Reading waits by itself."""

    def receive(self, timer: Timer) -> bytes:
        """The next bytes; b"" when the other side has closed."""
        if self._early is not None:
            early, self._early = self._early, None
            return early
        self._raw.settimeout(timer.remaining())
        return self._raw.recv(PIECE)

    def quiet(self) -> bool:
        """Whether nothing has come, not even the end: only then may another request be sent."""
        return _quiet(self._raw, self._poll)

    def close(self) -> None:
        """Close it now."""
        with suppress(OSError):
            self._raw.shutdown(socket.SHUT_RDWR)
        self._raw.close()

    def abandon(self) -> None:
        """Close it without a word to the other process that has it too, since a fork."""
        self._raw.close()


def _glance(raw: socket.socket) -> bytes | None:
    """What has come while there was more to send, b"" for the end; None where nothing has. It never waits."""
    try:
        return raw.recv(PIECE)
    except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
        return None


async def _readable(raw: socket.socket) -> None:
    try:
        await anyio.wait_readable(raw)
    except (anyio.ClosedResourceError, ValueError):
        raise ConnectionAbortedError(CLOSED) from None


async def _writable(raw: socket.socket) -> None:
    try:
        await anyio.wait_writable(raw)
    except (anyio.ClosedResourceError, ValueError):
        raise ConnectionAbortedError(CLOSED) from None


@runtime_checkable
class Tunable(Protocol):
    """A socket, whoever's class it has."""

    def setsockopt(self, level: int, option: int, value: int, /) -> object:
        """Set an option."""
        ...


def tune(raw: Tunable) -> None:
    """Send small pieces at once, and notice a connection that a router has forgotten."""
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    patience = ("TCP_USER_TIMEOUT", UNACKNOWLEDGED * 1000)
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 20), ("TCP_KEEPCNT", 3), patience):
        option = getattr(socket, name, None)
        if option is not None:
            raw.setsockopt(socket.IPPROTO_TCP, option, value)


def _poll(raw: socket.socket) -> select.poll | None:
    if not hasattr(select, "poll"):
        return None
    poll = select.poll()
    poll.register(raw, select.POLLIN | select.POLLPRI)
    return poll


def _quiet(raw: socket.socket, poll: select.poll | None) -> bool:
    if isinstance(raw, ssl.SSLSocket) and raw.pending():
        return False
    return not (poll.poll(0) if poll is not None else select.select([raw], [], [], 0)[0])
