"""Sends and receives on one connection at the same time, in both flavors.

Theory of operation. Sending and receiving share the connection and its queue, so both hold `state` while they use it.
Nobody waits while holding it, because the socket does not block. `push` queues bytes and thereby fixes their order.
`drain` sends what the socket takes at once, and `flush` waits until everything is sent. Only one reader at a time has
the turn (`acquire`, `try_acquire`, `release`). This module must not know what the bytes mean.
"""

from __future__ import annotations

import selectors
import threading
import time
from contextlib import nullcontext

import anyio
import anyio.lowlevel

from .duplex_queue import DuplexQueue
from .readiness import CLOSED
from .socket_waits import poll_of, readable_within, writable
from .sockets import STRAIGHT, AsyncSocket, Socket
from .stopper import holding


class AsyncDuplex(DuplexQueue):
    """Both directions of a connection in an event loop.

    Attributes:
        state: A lock that locks nothing: other tasks cannot interrupt code that does not wait.
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
        """Take the turn to read, until `release`.

        Raises:
            TimeoutError: Another reader had it all the time.
        """
        if self._taken:
            with anyio.fail_after(seconds):
                while self._taken:
                    self._freed = self._freed or anyio.Event()
                    await self._freed.wait()
        self._taken = True

    def try_acquire(self) -> bool:
        """Take the turn to read, unless it is taken."""
        if self._taken:
            return False
        self._taken = True
        return True

    def release(self) -> None:
        """Give the turn back."""
        self._taken = False
        freed, self._freed = self._freed, None
        if freed is not None:
            freed.set()

    async def read(self, seconds: float | None) -> bytes:
        """Return the next bytes; b"" at the end. The caller has the turn. A canceled read loses nothing.

        Raises:
            TimeoutError: Nothing arrived in time.
            OSError: The connection broke.
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
        """Let other tasks run now and then."""
        self._straight += 1
        if self._straight >= STRAIGHT:
            self._straight = 0
            await anyio.lowlevel.checkpoint()

    async def flush(self, seconds: float | None = None) -> None:
        """Wait until everything is sent.

        Raises:
            TimeoutError: It was not in time.
            OSError: The connection broke.
        """
        if self.drain():
            return
        self._writing = self._writing or anyio.Lock()
        with anyio.fail_after(seconds):
            async with self._writing:
                while not self.drain():
                    await writable(self._raw)


class Duplex(DuplexQueue):
    """Both directions of a connection used by threads.

    Attributes:
        state: The lock to hold while using the connection.
    """

    __slots__ = ("_connection", "_poll", "_turn", "state")

    def __init__(self, connection: Socket) -> None:
        super().__init__(connection.raw)
        self.state = threading.Lock()
        self._connection = connection
        self._poll = poll_of(connection.raw)
        self._turn = threading.Lock()

    def acquire(self, seconds: float | None) -> None:
        """Take the turn to read, until `release`.

        Raises:
            TimeoutError: Another reader had it all the time.
        """
        if not self._turn.acquire(timeout=-1 if seconds is None else max(seconds, 0)):
            raise TimeoutError

    def try_acquire(self) -> bool:
        """Take the turn to read, unless it is taken."""
        return self._turn.acquire(blocking=False)

    def release(self) -> None:
        """Give the turn back."""
        self._turn.release()

    def read(self, seconds: float | None) -> bytes:
        """Return the next bytes; b"" at the end. The caller has the turn.

        Raises:
            TimeoutError: Nothing arrived in time.
            OSError: The connection broke.
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
        """Do nothing: the system schedules threads."""

    def flush(self, seconds: float | None = None) -> None:
        """Wait until everything is sent.

        Raises:
            TimeoutError: It was not in time.
            OSError: The connection broke.
        """
        end = None if seconds is None else time.monotonic() + seconds
        while True:
            with self.state:
                if self.drain():
                    return
            self._wait_to_write(end)

    def _wait_to_read(self, end: float | None) -> None:
        holding(self._connection.close)
        if not readable_within(self._raw, self._poll, _left(end)):
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
    """Return the seconds until the end. None if there is none."""
    if end is None:
        return None
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
