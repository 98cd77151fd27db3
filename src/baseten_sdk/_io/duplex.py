"""Bytes in both directions of one connection at once, in both flavors.

Theory of operation. Sending and receiving share the connection and what is queued for it, so whoever touches either
holds `state`. Nobody waits while holding it: the socket does not block. What is to be sent is queued, so that its order
is that of `push`; `drain` sends what goes out at once, `flush` waits until all of it has. One reader at a time has the
turn (`acquire`, `try_acquire`, `release`).

It must not know what the bytes mean.
"""

from __future__ import annotations

import select
import selectors
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Iterable
from contextlib import nullcontext

import anyio
import anyio.lowlevel

from .readiness import CLOSED, PIECE, UNREADY
from .sockets import RECORD, STRAIGHT, AsyncSocket, Socket, milliseconds, poll_of, writable
from .stopper import holding

NOT_NOW = (*UNREADY, ssl.SSLWantWriteError)
"""What a socket raises that can do nothing at the moment."""


class DuplexQueue:
    """What both flavors share: the bytes that are to be sent, and what a socket does at once."""

    __slots__ = ("_full", "_more", "_out", "_raw")

    def __init__(self, raw: socket.socket) -> None:
        self._raw = raw
        self._out: deque[bytes | memoryview] = deque()
        self._full = RECORD if isinstance(raw, ssl.SSLSocket) else PIECE
        self._more = False

    def push(self, pieces: Iterable[bytes]) -> None:
        """Queue bytes to be sent. `state` is held."""
        self._out.extend(pieces)

    def drain(self) -> bool:
        """Send what goes out at once. `state` is held.

        Returns:
            Whether nothing is left.

        Raises:
            OSError: the connection broke.
        """
        out = self._out
        while out:
            piece = out[0]
            try:
                sent = self._raw.send(piece)
            except NOT_NOW:
                return False
            if sent < len(piece):
                out[0] = memoryview(piece)[sent:]
            else:
                out.popleft()
        return True

    def take(self) -> bytes | None:
        """What has come, b"" for the end; None where nothing has. `state` is held.

        Raises:
            OSError: the connection broke.
        """
        try:
            data = self._raw.recv(PIECE)
        except NOT_NOW:
            self._more = False
            return None
        self._more = len(data) >= self._full
        return data


class AsyncDuplex(DuplexQueue):
    """Both directions of a connection of an event loop.

    Attributes:
        state: nothing to hold: what does not wait is not interrupted by other tasks.
    """

    __slots__ = ("_freed", "_readiness", "_straight", "_taken", "_writing", "state")

    def __init__(self, connection: AsyncSocket) -> None:
        super().__init__(connection.raw)
        self.state = nullcontext()
        self._readiness = connection.readiness
        self._straight = 0
        self._taken = False
        self._freed: anyio.Event | None = None
        self._writing: anyio.Lock | None = None

    async def acquire(self, seconds: float | None) -> None:
        """Be the one who reads, until `release`.

        Raises:
            TimeoutError: somebody else was all the time.
        """
        if self._taken:
            with anyio.fail_after(seconds):
                while self._taken:
                    self._freed = self._freed or anyio.Event()
                    await self._freed.wait()
        self._taken = True

    def try_acquire(self) -> bool:
        """Be the one who reads, if nobody else is."""
        if self._taken:
            return False
        self._taken = True
        return True

    def release(self) -> None:
        """Read no more."""
        self._taken = False
        freed, self._freed = self._freed, None
        if freed is not None:
            freed.set()

    async def read(self, seconds: float | None) -> bytes:
        """The next bytes; b"" at the end. A read that is canceled loses nothing. The turn is held.

        Raises:
            TimeoutError: nothing has come in time.
            OSError: the connection broke.
        """
        if self._more:
            await self.breathe()
            data = self.take()
            if data is not None:
                return data
        if seconds is None:
            data = await self._readiness.read()
        else:
            with anyio.fail_after(seconds):
                data = await self._readiness.read()
        self._more = len(data) >= self._full
        return data

    async def breathe(self) -> None:
        """Let other tasks have their turn, now and then."""
        self._straight += 1
        if self._straight >= STRAIGHT:
            self._straight = 0
            await anyio.lowlevel.checkpoint()

    async def flush(self, seconds: float | None = None) -> None:
        """Wait until everything is sent.

        Raises:
            TimeoutError: it was not in time.
            OSError: the connection broke.
        """
        if self.drain():
            return
        self._writing = self._writing or anyio.Lock()
        with anyio.fail_after(seconds):
            async with self._writing:
                while not self.drain():
                    await writable(self._raw)


class Duplex(DuplexQueue):
    """Both directions of a connection of threads.

    Attributes:
        state: what whoever touches the connection holds.
    """

    __slots__ = ("_connection", "_poll", "_turn", "state")

    def __init__(self, connection: Socket) -> None:
        super().__init__(connection.raw)
        self.state = threading.Lock()
        self._connection = connection
        self._poll = poll_of(connection.raw)
        self._turn = threading.Lock()

    def acquire(self, seconds: float | None) -> None:
        """Be the one who reads, until `release`.

        Raises:
            TimeoutError: somebody else was all the time.
        """
        if not self._turn.acquire(timeout=-1 if seconds is None else max(seconds, 0)):
            raise TimeoutError

    def try_acquire(self) -> bool:
        """Be the one who reads, if nobody else is."""
        return self._turn.acquire(blocking=False)

    def release(self) -> None:
        """Read no more."""
        self._turn.release()

    def read(self, seconds: float | None) -> bytes:
        """The next bytes; b"" at the end. The turn is held.

        Raises:
            TimeoutError: nothing has come in time.
            OSError: the connection broke.
        """
        end = None if seconds is None else time.monotonic() + seconds
        while True:
            if not self._more:
                self._wait_to_read(end)
            with self.state:
                data = self.take()
            if data is not None:
                return data

    def breathe(self) -> None:
        """Threads have their turn by themselves."""

    def flush(self, seconds: float | None = None) -> None:
        """Wait until everything is sent.

        Raises:
            TimeoutError: it was not in time.
            OSError: the connection broke.
        """
        end = None if seconds is None else time.monotonic() + seconds
        while True:
            with self.state:
                if self.drain():
                    return
            self._wait_to_write(end)

    def _wait_to_read(self, end: float | None) -> None:
        left = _left(end)
        holding(self._connection.close)
        if self._poll is None:
            ready = bool(select.select([self._raw], [], [], left)[0])
        else:
            ready = bool(self._poll.poll(milliseconds(left)))
        if not ready:
            raise TimeoutError

    def _wait_to_write(self, end: float | None) -> None:
        left = _left(end)
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(self._raw, selectors.EVENT_WRITE)
                ready = selector.select(left)
        except ValueError:
            raise ConnectionAbortedError(CLOSED) from None
        if not ready:
            raise TimeoutError


def _left(end: float | None) -> float | None:
    """Seconds until the end; None where there is none."""
    if end is None:
        return None
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
