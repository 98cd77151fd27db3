"""The queue in front of the connections: so many calls at once, the others in the order in which they came.

It is ours, and as wide as the pool behind it, so that no task ever waits inside an HTTP library's pool, where a
cancelled one would leak its place. A place is handed from the call that ends straight to the one that waits longest:
nobody can slip in between, and a call that gives up at that very moment hands it on.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Protocol

import anyio

from .timer import AsyncTimer, Timer


class AsyncAdmission(Protocol):
    """What lets calls in, and is told when they are out."""

    async def acquire(self, timer: AsyncTimer) -> None:
        """Wait to be let in."""
        ...

    def release(self) -> None:
        """The call is out."""
        ...


class Admission(Protocol):
    """The same for threads."""

    def acquire(self, timer: Timer) -> None:
        """Wait to be let in."""
        ...

    def release(self) -> None:
        """The call is out."""
        ...


class AsyncLimiter:
    """Places for the tasks of one event loop."""

    __slots__ = ("_free", "_waiting", "width")

    def __init__(self, width: int) -> None:
        self.width = width
        self._free = width
        self._waiting: OrderedDict[anyio.Event, None] = OrderedDict()

    async def acquire(self, timer: AsyncTimer) -> None:
        """Take a place, waiting for one if need be; the timer's scope ends the wait."""
        if self._free > 0:
            self._free -= 1
            return
        timer.enter("queue")
        turn = anyio.Event()
        self._waiting[turn] = None
        try:
            await turn.wait()
        except BaseException:
            if turn in self._waiting:
                del self._waiting[turn]
            else:
                self.release()
            raise

    def release(self) -> None:
        """Give a place back, to whoever has waited longest."""
        if self._waiting:
            turn, _ = self._waiting.popitem(last=False)
            turn.set()
        else:
            self._free += 1

    def __repr__(self) -> str:
        return f"<{self.width - self._free} of {self.width} in flight, {len(self._waiting)} waiting>"


class Limiter:
    """Places for the threads of one client."""

    __slots__ = ("_free", "_lock", "_waiting", "width")

    def __init__(self, width: int) -> None:
        self.width = width
        self._free = width
        self._lock = threading.Lock()
        self._waiting: OrderedDict[threading.Event, None] = OrderedDict()

    def acquire(self, timer: Timer) -> None:
        """Take a place, waiting for one if need be and as long as the timer allows."""
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return
            turn = threading.Event()
            self._waiting[turn] = None
        try:
            timer.enter("queue")
            if not turn.wait(timer.remaining()):
                raise timer.expired("queue")
        except BaseException:
            self._withdraw(turn)
            raise

    def _withdraw(self, turn: threading.Event) -> None:
        with self._lock:
            waiting = turn in self._waiting
            if waiting:
                del self._waiting[turn]
        if not waiting:
            self.release()

    def release(self) -> None:
        """Give a place back, to whoever has waited longest."""
        with self._lock:
            if self._waiting:
                turn, _ = self._waiting.popitem(last=False)
                turn.set()
            else:
                self._free += 1

    def __repr__(self) -> str:
        return f"<{self.width - self._free} of {self.width} in flight, {len(self._waiting)} waiting>"
