"""Reads a non-blocking socket when it becomes readable.

Theory of operation. A selector-based loop of asyncio, or uvloop, starts to watch a socket at its first wait, and stops
when the socket is closed. To start and stop at each wait would cost more than the rest of a read. Bytes are read only
if somebody waits for them. Otherwise the loop stops watching, because it would wake up for the socket again and again.
The bytes stay in the kernel, where `AsyncSocket.quiet` sees them. uvloop stops watching a socket by itself once it was
reset, even if data came before that. So on loops other than asyncio's own, the socket is watched only when there is
nothing to read. On other event loops, anyio waits.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from contextlib import suppress
from math import inf
from typing import Protocol

import anyio

from .loop_identity import AsyncLoopIdentity
from .wakeup import scheduler

PIECE = 64 * 1024
"""How many bytes to read at a time."""

CLOSED = "the connection was closed here"

UNREADY = (BlockingIOError, ssl.SSLWantReadError)
"""What a socket raises if it has nothing to read."""


class ReadTimer(Protocol):
    """What a read asks of the timer that limits it.

    Attributes:
        looks: When to look next. `inf`: never.
    """

    looks: float

    def look(self) -> None:
        """Check it. Raises an exception that ends the wait if the other side hangs."""
        ...

    def grace(self) -> float:
        """Return the seconds left to read what arrived while the process stood still. 0 or less: none."""
        ...


class Readiness(Protocol):
    """Waits for one socket."""

    async def read(self, timer: ReadTimer | None = None) -> bytes:
        """Wait until there is something to read, and read it. b"" if the other side has closed.

        Args:
            timer: The timer that limits the read.
        """
        ...

    def unwatch(self) -> None:
        """Stop waiting for the socket, because somebody else will."""
        ...

    def forget(self) -> bool:
        """Prepare to close the socket: whoever waits for it gets an error.

        Return False if it must not be closed here, because the loop's own thread will close it.
        """
        ...


def readiness(raw: socket.socket) -> Readiness:
    """Return the object that waits for a socket in the running loop."""
    try:
        if asyncio.current_task() is not None:
            return LoopReadiness(raw, asyncio.get_running_loop())
    except (RuntimeError, NotImplementedError):
        pass
    return AnyReadiness(raw)


class LoopReadiness:
    """Waits in an asyncio loop that can watch sockets.

    Raises:
        NotImplementedError: The loop cannot.
    """

    __slots__ = ("_descriptor", "_foreign", "_kept", "_loop", "_process", "_raw", "_turn", "_watched")

    def __init__(self, raw: socket.socket, loop: asyncio.AbstractEventLoop) -> None:
        self._raw = raw
        self._loop = loop
        self._foreign = not isinstance(loop, asyncio.SelectorEventLoop)
        self._descriptor = raw.fileno()
        self._process = os.getpid()
        self._turn: asyncio.Future[bytes] | None = None
        self._kept: bytes | None = None
        self._watched = True
        loop.add_reader(self._descriptor, self._ready)

    async def read(self, timer: ReadTimer | None = None) -> bytes:
        if self._kept is not None:
            kept, self._kept = self._kept, None
            return kept
        while True:
            if not self._watched:
                if self._descriptor < 0:
                    raise ConnectionAbortedError(CLOSED)
                self._loop.add_reader(self._descriptor, self._ready)
                self._watched = True
            try:
                if self._foreign:
                    with suppress(*UNREADY):
                        return self._raw.recv(PIECE)
                turn: asyncio.Future[bytes] = asyncio.Future(loop=self._loop)
                self._turn = turn
                try:
                    return await turn
                except asyncio.CancelledError:
                    # Bytes that arrived just now are for the next reader.
                    if turn.done() and not turn.cancelled() and turn.exception() is None:
                        self._kept = turn.result()
                    raise
            except ssl.SSLWantWriteError:
                await anyio.wait_writable(self._raw)

    def _ready(self) -> None:
        turn = self._turn
        if turn is None or turn.done():
            self.unwatch()
            return
        try:
            data = self._raw.recv(PIECE)
        except UNREADY:
            return
        except (OSError, ValueError) as error:
            turn.set_exception(error)
        else:
            turn.set_result(data)
        self._turn = None

    def unwatch(self) -> None:
        if self._watched:
            self._watched = False
            self._loop.remove_reader(self._descriptor)

    def forget(self) -> bool:
        if self._process != os.getpid():
            # The parent process shares the loop's selector and continues to use it.
            return True
        if not self._loop.is_closed():
            try:
                here = asyncio.get_running_loop() is self._loop
            except RuntimeError:
                here = False
            # A stopped loop, as between two tests, may never run again.
            if not here and self._loop.is_running():
                with suppress(RuntimeError):
                    self._loop.call_soon_threadsafe(self._forget_and_close)
                    return False
            self.unwatch()
        self._descriptor = -1
        turn, self._turn = self._turn, None
        if turn is not None and not turn.done():
            turn.set_exception(ConnectionAbortedError(CLOSED))
        return True

    def _forget_and_close(self) -> None:
        if self.forget():
            self._raw.close()


class AnyReadiness:
    """Waits with anyio.

    A task of trio whose time was up while the process stood still is canceled before the loop looks at its sockets. So
    a canceled wait then looks by itself. If the reply needs another wait, that one is canceled again.
    """

    __slots__ = ("_canceled", "_identity", "_raw", "_schedule")

    def __init__(self, raw: socket.socket) -> None:
        self._raw = raw
        self._identity = AsyncLoopIdentity.current()
        self._schedule = scheduler()
        canceled = anyio.get_cancelled_exc_class()
        self._canceled = () if canceled is asyncio.CancelledError else canceled

    async def read(self, timer: ReadTimer | None = None) -> bytes:
        while True:
            try:
                if timer is None or timer.looks == inf:  # A scope would cost as much as the read.
                    await anyio.wait_readable(self._raw)
                    scope = None
                else:
                    with anyio.CancelScope(deadline=timer.looks) as scope:
                        await anyio.wait_readable(self._raw)
            except (anyio.ClosedResourceError, ValueError):
                raise ConnectionAbortedError(CLOSED) from None
            except self._canceled:
                with suppress(*UNREADY, OSError):
                    if timer is not None and timer.grace() > 0:
                        return self._raw.recv(PIECE)
                raise
            if scope is not None and scope.cancelled_caught and timer is not None:
                timer.look()
                continue
            try:
                return self._raw.recv(PIECE)
            except UNREADY:
                pass
            except ssl.SSLWantWriteError:
                await anyio.wait_writable(self._raw)

    def unwatch(self) -> None:
        pass

    def forget(self) -> bool:
        if self._identity[0] != os.getpid():
            return True
        with suppress(RuntimeError):
            if AsyncLoopIdentity.current() == self._identity:
                return True
        with suppress(RuntimeError):
            # If another thread closed it, the socket would leave the loop's poll, and a waiting task would never wake.
            self._schedule(self._close)
            return False
        return True

    def _close(self) -> None:
        with suppress(ValueError):
            anyio.notify_closing(self._raw)
        self._raw.close()
