"""Waits until the limits on requests and tokens, and the service itself, let a call through.

`_core.policy.rate_queue` decides whose turn it is, and when. This module waits for that moment, or until something is
given back. Before that, callers wait at a closed backoff gate, whose order `_core.policy.gate_queue` decides.
"""

from __future__ import annotations

import threading
from math import inf
from typing import TypeAlias

from .._core.policy.gate_wait import check_gate
from .._core.policy.rate_limit import Reservation
from .._core.policy.rate_queue import RateQueue
from .._core.reply.call_record import CallRecord
from .clock import AsyncClock, Clock
from .rate_state import GateTurn, RateState
from .timer import AsyncTimer, Timer
from .wakeup import AsyncWakeup, Wakeup


class AsyncTurn:
    """A caller in the queue, and what wakes it, from any thread."""

    __slots__ = ("wakeup",)

    def __init__(self) -> None:
        self.wakeup = AsyncWakeup()

    def set(self) -> None:
        """Have it look again."""
        self.wakeup.set()

    async def wait(self, seconds: float) -> None:
        """Wait until it is to look again, but no longer than so many seconds."""
        await self.wakeup.wait(seconds)
        if self.wakeup.is_set:
            self.wakeup = AsyncWakeup()


class AsyncThrottle:
    """The queue of one event loop."""

    __slots__ = ("_queue", "_rate_state")

    def __init__(self, rate_state: RateState) -> None:
        self._rate_state = rate_state
        self._queue = RateQueue[AsyncTurn](rate_state)

    @property
    def waiting(self) -> int:
        """The number of callers that wait for their turn."""
        return len(self._queue.waiting)

    async def pass_gate(
        self, call: CallRecord, key: str, timer: AsyncTimer, clock: AsyncClock, turn: GateTurn | None = None
    ) -> None:
        """Wait until the service accepts calls again and it is this call's turn.

        Args:
            call: The call.
            key: The gate.
            timer: The timer of the attempt.
            clock: The clock for waiting.
            turn: The turn of this call, for whoever leaves the gate again after an interrupt. None: a new one.

        Raises:
            RateLimitError: The turn cannot come in time. Nothing was sent.
        """
        rates, began = self._rate_state, clock.steady()
        wait = rates.pass_gate(key, began)
        if not wait:
            return
        timer.begin()
        check_gate(wait, timer.spare())
        timer.enter("gate")
        call.begins_to_wait("gate", wait)
        turn = turn or GateTurn()
        turn.wakeup = wakeup = AsyncWakeup()
        try:
            queue = rates.join_gate(key, turn, refused=call.attempts > 1)
            while wait := rates.look_gate(queue, turn, clock.steady()):
                check_gate(wait, timer.spare())
                await clock.sleep_unless(wakeup, wait)
                if wakeup.is_set:
                    turn.wakeup = wakeup = AsyncWakeup()
        finally:
            rates.leave_gate(key, turn)
            call.note_wait("gate", clock.steady() - began)

    def turn(self) -> AsyncTurn:
        """Return a turn for a call that may have to wait."""
        return AsyncTurn()

    async def reserve(
        self,
        call: CallRecord,
        tokens: float,
        timer: AsyncTimer,
        clock: AsyncClock,
        turn: AsyncTurn | None = None,
        reservation: Reservation | None = None,
    ) -> Reservation:
        """Reserve what an attempt needs, once it is its turn and there is enough.

        Args:
            call: The call.
            tokens: The tokens that it may use.
            timer: The timer of the attempt.
            clock: The clock.
            turn: The turn of this call, for whoever calls `leave` again after an interrupt. None: a new one.
            reservation: One that holds nothing yet. None: a new one.
        """
        queue, deadline, began = self._queue, timer.limits.deadline, clock.steady()
        if (at_once := queue.at_once(tokens, began, reservation)) is not None:
            return at_once
        timer.enter("rate")
        turn = turn or AsyncTurn()
        try:
            call.begins_to_wait("rate", queue.join(turn, clock.steady(), timer.left(), deadline))
            while True:
                if queue.first is turn:
                    self._rate_state.watch(turn)
                got = queue.look(turn, tokens, clock.steady(), timer.left(), deadline, reservation)
                if isinstance(got, Reservation):
                    return got
                await turn.wait(got)
        finally:
            self.leave(turn)
            call.note_wait("rate", clock.steady() - began)

    def leave(self, turn: AsyncTurn) -> None:
        """Leave the queue. The next caller looks again. Safe to call twice."""
        self._rate_state.unwatch(turn)
        self._queue.leave(turn)
        self.wake()

    def wake(self) -> None:
        """Let the next caller look again, because something was given back or the head of the queue has left."""
        first = self._queue.first
        if first is not None:
            first.set()


Turn: TypeAlias = Wakeup
"""A caller in the queue of all threads, and what wakes it."""


class Throttle:
    """The queue of all threads."""

    __slots__ = ("_lock", "_queue", "_rate_state")

    def __init__(self, rate_state: RateState) -> None:
        self._rate_state = rate_state
        self._lock = threading.RLock()
        self._queue = RateQueue[Turn](rate_state)

    @property
    def waiting(self) -> int:
        """The number of callers that wait for their turn."""
        return len(self._queue.waiting)

    def pass_gate(self, call: CallRecord, key: str, timer: Timer, clock: Clock, turn: GateTurn | None = None) -> None:
        """Wait until the service accepts calls again and it is this call's turn.

        Args:
            call: The call.
            key: The gate.
            timer: The timer of the attempt.
            clock: The clock for waiting.
            turn: The turn of this call, for whoever leaves the gate again after an interrupt. None: a new one.

        Raises:
            RateLimitError: The turn cannot come in time. Nothing was sent.
        """
        rates, began = self._rate_state, clock.steady()
        wait = rates.pass_gate(key, began)
        if not wait:
            return
        timer.begin()
        check_gate(wait, timer.spare())
        timer.enter("gate")
        call.begins_to_wait("gate", wait)
        turn = turn or GateTurn()
        turn.wakeup = wakeup = Wakeup()
        try:
            queue = rates.join_gate(key, turn, refused=call.attempts > 1)
            while wait := rates.look_gate(queue, turn, clock.steady()):
                check_gate(wait, timer.spare())
                clock.sleep_unless(wakeup, wait)
                if wakeup.is_set:
                    turn.wakeup = wakeup = Wakeup()
        finally:
            rates.leave_gate(key, turn)
            call.note_wait("gate", clock.steady() - began)

    def turn(self) -> Turn:
        """Return a turn for a call that may have to wait."""
        return Turn()

    def reserve(
        self,
        call: CallRecord,
        tokens: float,
        timer: Timer,
        clock: Clock,
        turn: Turn | None = None,
        reservation: Reservation | None = None,
    ) -> Reservation:
        """Reserve what an attempt needs, once it is its turn and there is enough.

        Args:
            call: The call.
            tokens: The tokens that it may use.
            timer: The timer of the attempt.
            clock: The clock.
            turn: The turn of this call, for whoever calls `leave` again after an interrupt. None: a new one.
            reservation: One that holds nothing yet. None: a new one.
        """
        queue, deadline, began = self._queue, timer.limits.deadline, clock.steady()
        if (at_once := queue.at_once(tokens, began, reservation)) is not None:
            return at_once
        timer.enter("rate")
        turn = turn or Turn()
        try:
            with self._lock:
                wait = queue.join(turn, clock.steady(), timer.left(), deadline)
            call.begins_to_wait("rate", wait)
            while True:
                turn.clear()
                with self._lock:
                    if queue.first is turn:
                        self._rate_state.watch(turn)
                    got = queue.look(turn, tokens, clock.steady(), timer.left(), deadline, reservation)
                if isinstance(got, Reservation):
                    return got
                left = timer.remaining()
                turn.wait(min(got, inf if left is None else left))
        finally:
            self.leave(turn)
            call.note_wait("rate", clock.steady() - began)

    def leave(self, turn: Turn) -> None:
        """Leave the queue. The next caller looks again. Safe to call twice."""
        self._rate_state.unwatch(turn)
        with self._lock:
            self._queue.leave(turn)
        self.wake()

    def wake(self) -> None:
        """Let the next caller look again, because something was given back or the head of the queue has left."""
        with self._lock:
            first = self._queue.first
            if first is not None:
                first.set()
