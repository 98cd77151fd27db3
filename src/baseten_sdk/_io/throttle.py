"""Waits until the limits on requests and tokens let a call through.

`_core.policy.rate_queue` decides whose turn it is, and when. This module waits for that moment, or until something is
given back.
"""

from __future__ import annotations

import threading
from math import inf
from typing import TypeAlias

from .._core.policy.rate_limit import Reservation
from .._core.policy.rate_queue import RateQueue
from .._core.reply.call_record import CallRecord
from .clock import AsyncClock, Clock
from .rate_state import RateState
from .timer import AsyncTimer, Timer
from .wakeup import AsyncWakeup, Wakeup


class AsyncWaiter:
    """A caller in the queue, and what wakes it, from any thread."""

    __slots__ = ("wakeup",)

    def __init__(self) -> None:
        self.wakeup = AsyncWakeup()

    def set(self) -> None:
        """Have it look again."""
        self.wakeup.set()

    async def wait(self, seconds: float) -> None:
        """Wait until it is to look again, but at most this many seconds."""
        await self.wakeup.wait(seconds)
        if self.wakeup.is_set:
            self.wakeup = AsyncWakeup()


class AsyncThrottle:
    """The queue of one event loop."""

    __slots__ = ("_queue", "_rate_state")

    def __init__(self, rate_state: RateState) -> None:
        self._rate_state = rate_state
        self._queue = RateQueue[AsyncWaiter](rate_state)

    @property
    def waiting(self) -> int:
        """The number of callers that wait for their turn."""
        return len(self._queue.waiting)

    def waiter(self) -> AsyncWaiter:
        """Make a waiter for a call that may have to wait."""
        return AsyncWaiter()

    async def reserve(
        self,
        call: CallRecord,
        tokens: float,
        timer: AsyncTimer,
        clock: AsyncClock,
        waiter: AsyncWaiter | None = None,
        reservation: Reservation | None = None,
    ) -> Reservation:
        """Reserve what an attempt needs, once it is its turn and there is enough.

        Args:
            tokens: The tokens that it may use.
            waiter: This call in the queue, so that it can leave again after an interrupt. None: a new one.
            reservation: One that holds nothing yet. None: a new one.
        """
        queue, deadline, began = self._queue, timer.limits.deadline, clock.steady()
        if (at_once := queue.at_once(tokens, began, reservation)) is not None:
            return at_once
        timer.enter("rate")
        waiter = waiter or AsyncWaiter()
        try:
            call.begins_to_wait("rate", queue.join(waiter, clock.steady(), timer.left(), deadline))
            while True:
                if queue.first is waiter:
                    self._rate_state.subscribe(waiter)
                got = queue.look(waiter, tokens, clock.steady(), timer.left(), deadline, reservation)
                if isinstance(got, Reservation):
                    return got
                await waiter.wait(got)
        finally:
            self.leave(waiter)
            call.note_wait("rate", clock.steady() - began)

    def leave(self, waiter: AsyncWaiter) -> None:
        """Leave the queue. The next caller looks again. Safe to call twice."""
        self._rate_state.unsubscribe(waiter)
        self._queue.leave(waiter)
        self.wake()

    def wake(self) -> None:
        """Let the next caller look again, because something was given back or the head of the queue has left."""
        first = self._queue.first
        if first is not None:
            first.set()


Waiter: TypeAlias = Wakeup
"""A caller in the queue of all threads, and what wakes it."""


class Throttle:
    """The queue of all threads."""

    __slots__ = ("_lock", "_queue", "_rate_state")

    def __init__(self, rate_state: RateState) -> None:
        self._rate_state = rate_state
        self._lock = threading.RLock()
        self._queue = RateQueue[Waiter](rate_state)

    @property
    def waiting(self) -> int:
        """The number of callers that wait for their turn."""
        return len(self._queue.waiting)

    def waiter(self) -> Waiter:
        """Make a waiter for a call that may have to wait."""
        return Waiter()

    def reserve(
        self,
        call: CallRecord,
        tokens: float,
        timer: Timer,
        clock: Clock,
        waiter: Waiter | None = None,
        reservation: Reservation | None = None,
    ) -> Reservation:
        """Reserve what an attempt needs, once it is its turn and there is enough.

        Args:
            tokens: The tokens that it may use.
            waiter: This call in the queue, so that it can leave again after an interrupt. None: a new one.
            reservation: One that holds nothing yet. None: a new one.
        """
        queue, deadline, began = self._queue, timer.limits.deadline, clock.steady()
        if (at_once := queue.at_once(tokens, began, reservation)) is not None:
            return at_once
        timer.enter("rate")
        waiter = waiter or Waiter()
        try:
            with self._lock:
                wait = queue.join(waiter, clock.steady(), timer.left(), deadline)
            call.begins_to_wait("rate", wait)
            while True:
                waiter.clear()
                with self._lock:
                    if queue.first is waiter:
                        self._rate_state.subscribe(waiter)
                    got = queue.look(waiter, tokens, clock.steady(), timer.left(), deadline, reservation)
                if isinstance(got, Reservation):
                    return got
                left = timer.remaining()
                waiter.wait(min(got, inf if left is None else left))
        finally:
            self.leave(waiter)
            call.note_wait("rate", clock.steady() - began)

    def leave(self, waiter: Waiter) -> None:
        """Leave the queue. The next caller looks again. Safe to call twice."""
        self._rate_state.unsubscribe(waiter)
        with self._lock:
            self._queue.leave(waiter)
        self.wake()

    def wake(self) -> None:
        """Let the next caller look again, because something was given back or the head of the queue has left."""
        with self._lock:
            first = self._queue.first
            if first is not None:
                first.set()
