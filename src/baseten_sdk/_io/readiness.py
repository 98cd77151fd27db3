"""Reading a socket that does not block, when it becomes readable.

Theory of operation. A selector-like loop of asyncio (its own, uvloop) is told of a socket once, when it is first waited
for, and forgets it when the socket is closed: to tell it before each wait and to take that back behind it costs more
than the rest of a read. What comes is read only where somebody waits for it. Where nobody does, the loop is told to
forget the socket, else it would wake up for it again and again; whatever came stays in the kernel, where
`AsyncSocket.quiet` sees it. uvloop forgets a socket by itself once it was reset, also where there were data before
that: so loops that are not asyncio's own are waited for only when there is nothing to read. Elsewhere anyio waits.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from contextlib import suppress
from typing import Protocol

import anyio

from .loop_identity import AsyncLoopIdentity
from .wakeup import scheduler

PIECE = 64 * 1024
"""Bytes that are read at a time."""

CLOSED = "the connection was closed here"

UNREADY = (BlockingIOError, ssl.SSLWantReadError)
"""What a socket raises that has nothing to read."""


class Readiness(Protocol):
    """Waits for one socket."""

    async def read(self) -> bytes:
        """Wait until there is something to read, and read it; b"" when the other side has closed."""
        ...

    def unwatch(self) -> None:
        """Somebody else will wait for the socket."""
        ...

    def forget(self) -> bool:
        """The socket is about to be closed: whoever waits for it gets an error. False if it must not be closed here,
        since it will be by the loop's own thread."""
        ...


def readiness(raw: socket.socket) -> Readiness:
    """What waits for a socket in the running loop."""
    try:
        if asyncio.current_task() is not None:
            return LoopReadiness(raw, asyncio.get_running_loop())
    except (RuntimeError, NotImplementedError):
        pass
    return AnyReadiness(raw)


class LoopReadiness:
    """Waits in an asyncio loop that can watch sockets.

    Raises:
        NotImplementedError: the loop cannot.
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

    async def read(self) -> bytes:
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
                turn: asyncio.Future[bytes] = self._loop.create_future()
                self._turn = turn
                try:
                    return await turn
                except asyncio.CancelledError:
                    # What came at that very moment is for whoever reads next.
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
            # The loop's selector is shared with the parent process, which goes on using it.
            return True
        if not self._loop.is_closed():
            try:
                here = asyncio.get_running_loop() is self._loop
            except RuntimeError:
                here = False
            # A loop that stands still, as between two tests, may never run again.
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
    """Waits with anyio."""

    __slots__ = ("_identity", "_raw", "_schedule")

    def __init__(self, raw: socket.socket) -> None:
        self._raw = raw
        self._identity = AsyncLoopIdentity.current()
        self._schedule = scheduler()

    async def read(self) -> bytes:
        while True:
            try:
                await anyio.wait_readable(self._raw)
            except (anyio.ClosedResourceError, ValueError):
                raise ConnectionAbortedError(CLOSED) from None
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
            # Closed by another thread, a socket would leave the loop's poll, and whoever waits for it would not wake.
            self._schedule(self._close)
            return False
        return True

    def _close(self) -> None:
        with suppress(ValueError):
            anyio.notify_closing(self._raw)
        self._raw.close()
