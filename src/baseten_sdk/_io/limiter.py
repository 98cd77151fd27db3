"""The queue in front of the connections: a bounded number of calls at once, the others in the order in which they came.

It is ours, and as wide as the pool behind it, so that no task ever waits inside an HTTP library's pool, where a
canceled one would leak its slot. A slot is handed from the call that ends straight to the one that waits longest:
nobody can slip in between, and a call that gives up at that very moment hands it on.
"""

from __future__ import annotations

import threading
import time

import anyio

from .._core.policy.slots import Slots
from .._core.reply.call_record import CallRecord
from ..types.meta import Headers
from .timer import AsyncTimer, Timer


class AsyncPermit:
    """What one attempt holds while it is in flight: a slot. It is made first, and holds nothing until it is admitted.

    Attributes:
        held: whether it holds a slot.
        rated: whether it is to be told how the attempt goes, since there are limits a minute.
    """

    __slots__ = ("_limiter", "_turn", "held")

    rated = False

    def __init__(self, limiter: AsyncLimiter) -> None:
        self._limiter = limiter
        self._turn: anyio.Event | None = None
        self.held = False

    async def admit(self, call: CallRecord, timer: AsyncTimer) -> None:
        """Take a slot, waiting for one if need be; the timer's scope ends the wait."""
        if not self._limiter.take(self):
            timer.enter("queue")
            self._turn = anyio.Event()
            began = time.monotonic()
            call.begins_to_wait("queue")
            try:
                await self._turn.wait()
            finally:
                call.note_wait("queue", time.monotonic() - began)

    def told(self, headers: Headers) -> None:
        """A reply has come: what a rated permit reads in its headers."""

    def wake(self) -> None:
        """It was given a slot."""
        if self._turn is not None:
            self._turn.set()

    def settle(self, tail: bytes | None = None) -> None:
        """The attempt is over: give back what it holds. Twice is fine.

        Args:
            tail: the end of the reply, which may say how much was used; None where nothing was.
        """
        self._limiter.leave(self)


class AsyncLimiter(Slots[AsyncPermit]):
    """Slots for the tasks of one event loop."""

    __slots__ = ()


class Permit:
    """What one attempt holds while it is in flight: a slot. It is made first, and holds nothing until it is admitted.

    Attributes:
        held: whether it holds a slot.
        rated: whether it is to be told how the attempt goes, since there are limits a minute.
    """

    __slots__ = ("_limiter", "_turn", "held")

    rated = False

    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter
        self._turn: threading.Event | None = None
        self.held = False

    def admit(self, call: CallRecord, timer: Timer) -> None:
        """Take a slot, waiting for one if need be and as long as the timer allows."""
        with self._limiter.lock:
            if self._limiter.take(self):
                return
            self._turn = threading.Event()
        timer.enter("queue")
        began = time.monotonic()
        call.begins_to_wait("queue")
        try:
            if not self._turn.wait(timer.remaining()):
                raise timer.expired("queue")
        finally:
            call.note_wait("queue", time.monotonic() - began)

    def told(self, headers: Headers) -> None:
        """A reply has come: what a rated permit reads in its headers."""

    def wake(self) -> None:
        """It was given a slot."""
        if self._turn is not None:
            self._turn.set()

    def settle(self, tail: bytes | None = None) -> None:
        """The attempt is over: give back what it holds. Twice is fine.

        Args:
            tail: the end of the reply, which may say how much was used; None where nothing was.
        """
        with self._limiter.lock:
            self._limiter.leave(self)


class Limiter(Slots[Permit]):
    """Slots for the threads of one client."""

    __slots__ = ("lock",)

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.lock = threading.Lock()
