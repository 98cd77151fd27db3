"""A connection over TCP or TLS as bytes in and out, in both flavors.

Both flavors use sockets that do not block. Nothing is read ahead: everything that has arrived is in the kernel, and
`quiet` can tell. The async flavor waits in the event loop, the sync flavor for the time that is left.
"""

from __future__ import annotations

import select
import socket
import ssl
from contextlib import suppress
from math import inf

import anyio
import anyio.lowlevel

from .._core.request.hidden import Hidden
from .readiness import PIECE, UNREADY, readiness
from .socket_waits import milliseconds, poll_of, readable, readable_within, writable
from .stopper import holding
from .timer import AsyncTimer, Timer

RECORD = 16 * 1024
"""How many bytes TLS returns at a time."""

EARLY = "the other side did not take all of it"

STRAIGHT = 32
"""After this many reads without waiting, other tasks get their turn."""

RECHECK = 0.25
"""Seconds of waiting to send after which to check whether the other side has replied already."""


LARGE = 64 * 1024
"""From this size in bytes, a body is sent separately instead of being copied after the head."""


class AnsweredEarly(OSError):
    """The other side replied or closed before it had taken everything."""


class NothingSent(Exception):
    """The connection was dead before it took a byte, so the server cannot have read any of the request.

    Attributes:
        error: The error of the kernel.
    """

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


class _Socket:
    """What both flavors share: the socket, and what can be done with it at once."""

    __slots__ = ("_early", "_full", "_more", "_poll", "_tls", "raw")

    def __init__(self, raw: socket.socket) -> None:
        self.raw = raw
        self._poll = poll_of(raw)
        self._tls = raw if isinstance(raw, ssl.SSLSocket) else None
        self._full = PIECE if self._tls is None else RECORD
        self._more = False
        self._early: bytes | None = None

    def start(self, head: Hidden[bytes], body: bytes) -> Hidden[list[memoryview]] | None:
        """Send as much of a request as goes without waiting. Return the rest, if there is one.

        Raises:
            NothingSent: The connection was already dead.
        """
        whole = len(body) < LARGE
        try:
            sent = self.raw.send(head.value + body if whole else head.value)
        except (*UNREADY, ssl.SSLWantWriteError):
            sent = 0
        except OSError as error:
            raise NothingSent(error) from None
        if whole and sent == len(head.value) + len(body):
            return None
        rest: Hidden[list[memoryview]] = Hidden()
        rest.value = [memoryview(head.value + body if whole else head.value)[sent:]]
        if not whole:
            rest.value.append(memoryview(body))
        return rest

    def quiet(self) -> bool:
        """Whether nothing has arrived, not even the end. Only then may another request be sent."""
        if self._tls is not None and self._tls.pending():
            return False
        return not (select.select([self.raw], [], [], 0)[0] if self._poll is None else self._poll.poll(0))


class AsyncSocket(_Socket):
    """One connection of an event loop, over a socket that does not block.

    Attributes:
        readiness: Waits until it is readable.
    """

    __slots__ = ("_straight", "readiness")

    def __init__(self, raw: socket.socket) -> None:
        super().__init__(raw)
        self.readiness = readiness(raw)
        self._straight = 0

    async def finish(self, rest: Hidden[list[memoryview]], timer: AsyncTimer) -> None:
        """Send the rest of a request.

        Raises:
            AnsweredEarly: The other side did not want all of it.
        """
        timer.enter("write")
        part: Hidden[memoryview] = Hidden()
        while rest.value:
            part.value = rest.value.pop(0)
            await self._send_part(part, timer)

    async def _send_part(self, part: Hidden[memoryview], timer: AsyncTimer) -> None:
        sent = 0
        while sent < len(part.value):
            try:
                sent += self.raw.send(part.value[sent:])
            except (BlockingIOError, ssl.SSLWantWriteError):
                with anyio.move_on_after(RECHECK) as waiting:
                    await writable(self.raw)
                if waiting.cancelled_caught:
                    self._early = _arrived(self.raw)
                    if self._early is not None:
                        raise AnsweredEarly(EARLY) from None
            except ssl.SSLWantReadError:
                self.readiness.unwatch()
                await readable(self.raw)

    async def encrypted(self, context: ssl.SSLContext, hostname: str, timer: AsyncTimer) -> AsyncSocket:
        """Return the connection with TLS, once the other side has proved its identity.

        Close it if the identity is wrong.

        An end without TLS's own goodbye is an error, because anyone on the way could have cut the reply there.
        """
        self.readiness.unwatch()
        wrapped = context.wrap_socket(
            self.raw, server_hostname=hostname, do_handshake_on_connect=False, suppress_ragged_eofs=False
        )
        try:
            await _handshake(wrapped)
            return AsyncSocket(wrapped)
        except BaseException:
            wrapped.close()
            raise

    async def receive(self, timer: AsyncTimer) -> bytes:
        """Return the next bytes; b"" if the other side has closed.

        It waits first, unless the last read was a full one, because then there is probably more.
        """
        if self._early is not None:
            early, self._early = self._early, None
            return early
        data = await self._straightaway() if self._more else None
        if data is None:
            data = await self.readiness.read(timer)
        self._more = len(data) >= self._full
        return data

    async def _straightaway(self) -> bytes | None:
        """Return what is there, or None. Other tasks get their turn now and then."""
        self._straight += 1
        if self._straight >= STRAIGHT:
            self._straight = 0
            await anyio.lowlevel.checkpoint()
        try:
            return self.raw.recv(PIECE)
        except (*UNREADY, ssl.SSLWantWriteError):
            return None

    def close(self) -> None:
        """Close it now. Whoever waits for it gets an error. Safe to call twice."""
        if self.raw.fileno() < 0:
            return
        with suppress(anyio.NoEventLoopError, RuntimeError, ValueError):
            anyio.notify_closing(self.raw)
        if self.readiness.forget():
            self.raw.close()

    def abandon(self) -> None:
        """Close it without waiting, from anywhere. Its event loop may have ended."""
        if self.readiness.forget():
            self.raw.close()


class Socket(_Socket):
    """One connection of a thread, over a socket that does not block. The thread waits when there is nothing to read."""

    __slots__ = ()

    def __init__(self, raw: socket.socket) -> None:
        raw.setblocking(False)
        super().__init__(raw)

    def finish(self, rest: Hidden[list[memoryview]], timer: Timer) -> None:
        """Send the rest of a request.

        Raises:
            AnsweredEarly: The other side did not want all of it.
        """
        timer.enter("write")
        part: Hidden[memoryview] = Hidden()
        while rest.value:
            part.value = rest.value.pop(0)
            self._send_part(part, timer)

    def _send_part(self, part: Hidden[memoryview], timer: Timer) -> None:
        sent = 0
        while sent < len(part.value):
            try:
                sent += self.raw.send(part.value[sent:])
            except (BlockingIOError, ssl.SSLWantWriteError):
                if not self._writable(timer, RECHECK):
                    self._early = _arrived(self.raw)
                    if self._early is not None:
                        raise AnsweredEarly(EARLY) from None
            except ssl.SSLWantReadError:
                self._wait(timer)

    def encrypted(self, context: ssl.SSLContext, hostname: str, timer: Timer) -> Socket:
        """Return the connection with TLS, once the other side has proved its identity.

        Close it if the identity is wrong.

        An end without TLS's own goodbye is an error, because anyone on the way could have cut the reply there.
        """
        self.raw.settimeout(timer.remaining())
        return Socket(context.wrap_socket(self.raw, server_hostname=hostname, suppress_ragged_eofs=False))

    def receive(self, timer: Timer) -> bytes:
        """Return the next bytes; b"" if the other side has closed.

        It waits first, unless the last read was a full one, because then there is probably more.
        """
        if self._early is not None:
            early, self._early = self._early, None
            return early
        while True:
            if self._more:
                timer.remaining()
            else:
                self._wait(timer)
            try:
                data = self.raw.recv(PIECE)
            except UNREADY:
                self._more = False
            except ssl.SSLWantWriteError:
                self._writable(timer, RECHECK)
            else:
                self._more = len(data) >= self._full
                return data

    def _wait(self, timer: Timer) -> None:
        holding(self._hang_up)
        while not readable_within(self.raw, self._poll, timer.until_look()):
            if timer.looks == inf:
                raise TimeoutError
            timer.look()

    def _writable(self, timer: Timer, longest: float) -> bool:
        left = timer.remaining()
        longest = longest if left is None else min(left, longest)
        if self._poll is None:
            return bool(select.select([], [self.raw], [], longest)[1])
        poll = select.poll()
        poll.register(self.raw, select.POLLOUT)
        return bool(poll.poll(milliseconds(longest)))

    def close(self) -> None:
        """Close it now."""
        with suppress(OSError):
            self.raw.shutdown(socket.SHUT_RDWR)
        self.raw.close()

    def abandon(self) -> None:
        """Close it without affecting the other process that shares it since a fork."""
        self.raw.close()

    def _hang_up(self) -> None:
        """Wake a thread that waits for it. The thread finds the connection at its end."""
        with suppress(OSError):
            self.raw.shutdown(socket.SHUT_RDWR)


def _arrived(raw: socket.socket) -> bytes | None:
    """Return what arrived while there was more to send: b"" at the end, None if nothing has. It never waits."""
    try:
        return raw.recv(PIECE)
    except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
        return None


async def _handshake(wrapped: ssl.SSLSocket) -> None:
    while True:
        try:
            wrapped.do_handshake()
        except ssl.SSLWantReadError:
            await readable(wrapped)
        except ssl.SSLWantWriteError:
            await writable(wrapped)
        else:
            return
