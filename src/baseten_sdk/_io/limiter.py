"""Limits the number of calls at once, in front of the connections. The other calls wait in order of arrival.

The package has its own queue, as wide as the pool behind it. So no task waits inside an HTTP library's pool, where a
canceled task would leak its slot. A call that ends passes its slot directly to the call that has waited longest. No
other call can take it in between, and a call that gives up at that very moment passes it on.
"""

from __future__ import annotations

import threading
import time
from math import inf

import anyio

from .._core.policy.slots import Slots
from .._core.reply.call_record import CallRecord
from ..types.meta import Headers
from .timer import AsyncTimer, Timer
from .wakeup import Wakeup


class AsyncPermit:
    """What one attempt holds while it is in flight: a slot.

    It is created first, and holds nothing until it is admitted.

    Attributes:
        held: Whether it holds a slot.
        rated: Whether to report the attempt to it, because there are limits per minute.
    """

    __slots__ = ("_limiter", "_wakeup", "held")

    rated = False

    def __init__(self, limiter: AsyncLimiter) -> None:
        self._limiter = limiter
        self._wakeup: anyio.Event | None = None
        self.held = False

    def take(self) -> bool:
        """Take a slot without waiting. If there is none, return False, and `admit` waits for one."""
        return self._limiter.take(self)

    async def admit(self, call: CallRecord, timer: AsyncTimer) -> None:
        """Wait for a slot. The timer's scope ends the wait."""
        timer.enter("queue")
        self._wakeup = anyio.Event()
        began = time.monotonic()
        call.begins_to_wait("queue")
        try:
            await self._wakeup.wait()
        finally:
            call.note_wait("queue", time.monotonic() - began)

    def read_limits(self, headers: Headers) -> None:
        """Read the headers of a reply, if rated."""

    def wake(self) -> None:
        """Wake the waiting attempt, because it has a slot now."""
        if self._wakeup is not None:
            self._wakeup.set()

    def settle(self, tail: bytes | None = None) -> None:
        """Give back what the attempt holds. Safe to call twice.

        Args:
            tail: The end of the reply, which may contain the usage. None if nothing was used.
        """
        self._limiter.leave(self)


class AsyncLimiter(Slots[AsyncPermit]):
    """Slots for the tasks of one event loop."""

    __slots__ = ()


class Permit:
    """What one attempt holds while it is in flight: a slot.

    It is created first, and holds nothing until it is admitted.

    Attributes:
        held: Whether it holds a slot.
        rated: Whether to report the attempt to it, because there are limits per minute.
    """

    __slots__ = ("_limiter", "_wakeup", "held")

    rated = False

    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter
        self._wakeup: Wakeup | None = None
        self.held = False

    def take(self) -> bool:
        """Take a slot without waiting. If there is none, return False, and `admit` waits for one."""
        with self._limiter.lock:
            taken = self._limiter.take(self)
            if not taken:
                self._wakeup = Wakeup()
        return taken

    def admit(self, call: CallRecord, timer: Timer) -> None:
        """Wait for a slot, as long as the timer allows."""
        timer.enter("queue")
        wakeup = self._wakeup
        assert wakeup is not None, "take() comes first"
        began = time.monotonic()
        call.begins_to_wait("queue")
        try:
            left = timer.remaining()
            if not wakeup.wait(inf if left is None else left):
                raise timer.expired("queue")
        finally:
            call.note_wait("queue", time.monotonic() - began)

    def read_limits(self, headers: Headers) -> None:
        """Read the headers of a reply, if rated."""

    def wake(self) -> None:
        """Wake the waiting attempt, because it has a slot now."""
        if self._wakeup is not None:
            self._wakeup.set()

    def settle(self, tail: bytes | None = None) -> None:
        """Give back what the attempt holds. Safe to call twice.

        Args:
            tail: The end of the reply, which may contain the usage. None if nothing was used.
        """
        with self._limiter.lock:
            self._limiter.leave(self)


class Limiter(Slots[Permit]):
    """Slots for the threads of one client."""

    __slots__ = ("lock",)

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.lock = threading.Lock()
