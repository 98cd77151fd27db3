"""Waiting until the limits on requests and tokens, and the service itself, let a call through.

First come, first served, so that a large call is not overtaken for ever by small ones. Whoever stands at the head of
the queue knows when the books will let it through, and sleeps until then, or until something is given back. A closed
gate is waited for before that, each caller until a moment of its own.

A wait that cannot fit into the call's deadline is not begun.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from math import inf

import anyio

from .._core.policy.phases import late
from .._core.policy.rate_limit import Reservation
from .clock import AsyncClock, Clock
from .rate_state import RateState
from .timer import AsyncTimer, Timer

UNSURE = 0.25
"""Seconds after which to look again where nobody knows when the turn comes: another event loop may give something
back."""


class _AsyncTurn:
    """A caller in the queue, and what wakes it."""

    __slots__ = ("woken",)

    def __init__(self) -> None:
        self.woken = anyio.Event()


class AsyncThrottle:
    """The queue of one event loop."""

    __slots__ = ("_meter", "_waiting")

    def __init__(self, meter: RateState) -> None:
        self._meter = meter
        self._waiting: OrderedDict[_AsyncTurn, None] = OrderedDict()

    async def gate(self, place: str, timer: AsyncTimer, clock: AsyncClock) -> None:
        """Wait until a place that has refused lets calls through again."""
        while (wait := self._meter.release(place, now := clock.steady()) - now) > 0:
            timer.enter("gate")
            if wait > timer.left():
                raise late("gate", wait, timer.limits.deadline)
            await clock.sleep(wait)

    async def reserve(self, tokens: float, timer: AsyncTimer, clock: AsyncClock) -> Reservation:
        """Take what an attempt needs, when it is its turn and there is enough."""
        if not self._waiting and isinstance(got := self._meter.reserve(tokens, clock.steady()), Reservation):
            return got
        timer.enter("rate")
        now = clock.steady()
        wait = self._meter.soonest(len(self._waiting), now) - now
        if wait > timer.left():
            raise late("rate", wait, timer.limits.deadline)
        turn = _AsyncTurn()
        self._waiting[turn] = None
        try:
            while True:
                wait = inf
                if next(iter(self._waiting)) is turn:
                    now = clock.steady()
                    got = self._meter.reserve(tokens, now)
                    if isinstance(got, Reservation):
                        return got
                    wait = got - now
                    if wait > timer.left() and wait != inf:
                        raise late("rate", wait, timer.limits.deadline)
                    wait = UNSURE if wait == inf else wait
                with anyio.move_on_after(wait):
                    await turn.woken.wait()
                    turn.woken = anyio.Event()
        finally:
            del self._waiting[turn]
            self.wake()

    def wake(self) -> None:
        """Something was given back, or the head of the queue has left: the next one looks again."""
        if self._waiting:
            next(iter(self._waiting)).woken.set()


class Throttle:
    """The queue of all threads. Its lock is never held while the books are asked, which have one of their own."""

    __slots__ = ("_lock", "_meter", "_waiting")

    def __init__(self, meter: RateState) -> None:
        self._meter = meter
        self._lock = threading.RLock()
        self._waiting: OrderedDict[threading.Event, None] = OrderedDict()

    def gate(self, place: str, timer: Timer, clock: Clock) -> None:
        """Wait until a place that has refused lets calls through again."""
        while (wait := self._meter.release(place, now := clock.steady()) - now) > 0:
            timer.enter("gate")
            if wait > timer.left():
                raise late("gate", wait, timer.limits.deadline)
            clock.sleep(wait)

    def reserve(self, tokens: float, timer: Timer, clock: Clock) -> Reservation:
        """Take what an attempt needs, when it is its turn and there is enough."""
        if not self._waiting and isinstance(got := self._meter.reserve(tokens, clock.steady()), Reservation):
            return got
        timer.enter("rate")
        now = clock.steady()
        wait = self._meter.soonest(len(self._waiting), now) - now
        if wait > timer.left():
            raise late("rate", wait, timer.limits.deadline)
        woken = threading.Event()
        with self._lock:
            self._waiting[woken] = None
        try:
            while True:
                woken.clear()
                wait = inf
                with self._lock:
                    first = next(iter(self._waiting)) is woken
                if first:
                    now = clock.steady()
                    got = self._meter.reserve(tokens, now)
                    if isinstance(got, Reservation):
                        return got
                    wait = got - now
                    if wait > timer.left() and wait != inf:
                        raise late("rate", wait, timer.limits.deadline)
                    wait = UNSURE if wait == inf else wait
                left = timer.remaining()
                woken.wait(None if wait == inf and left is None else min(wait, inf if left is None else left))
        finally:
            with self._lock:
                del self._waiting[woken]
            self.wake()

    def wake(self) -> None:
        """Something was given back, or the head of the queue has left: the next one looks again."""
        with self._lock:
            if self._waiting:
                next(iter(self._waiting)).set()
