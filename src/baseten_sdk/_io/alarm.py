"""Interrupts a task when its time is up, for the async timer.

Theory of operation. On asyncio, it works like `asyncio.timeout`: it cancels the task, and takes the cancellation back
when it arrives, unless somebody else has canceled the task too. All alarms of an event loop share one clock with one
handle in the loop, because a handle for each call would cost as much as reading its reply. The clock looks at its
alarms when the earliest end has come, and every few seconds, so that ends may move without moving the handle. Without a
running asyncio task, the task is one of trio.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cache
from math import inf
from typing import Protocol
from weakref import WeakValueDictionary

AHEAD = 5.0
"""How far ahead a handle is set at most, in seconds.

An end that moves closer from far away then needs no new handle.
"""


class Alarm(Protocol):
    """Interrupts the task between `arm` and `disarm` once the end has come."""

    def now(self) -> float:
        """Return the time on the alarm's clock."""
        ...

    def move(self, end: float, looks: float = inf, look: Callable[[], float] | None = None) -> None:
        """Set the end, whether or not the alarm is armed.

        Args:
            looks: A moment at which to call `look`, if the alarm can. Elsewhere, the socket looks.
            look: Returns the end from then on.
        """
        ...

    def arm(self, grace: Callable[[], float]) -> None:
        """Allow interruptions of the running task from now on.

        Args:
            grace: Returns for how many more seconds to wait although the end has come. 0 or less: none. On trio, the
                socket asks.
        """
        ...

    def disarm(self, kind: type[BaseException] | None, error: BaseException | None) -> bool:
        """Stop interruptions. Return whether the current exception is the alarm's interruption, which then ends here.

        Args:
            kind: The class of the exception. None if there is none.
        """
        ...


def alarm() -> Alarm:
    """Return an alarm for the running task."""
    try:
        task = asyncio.current_task()
    except RuntimeError:
        task = None
    if task is None:
        return _of_trio()()
    loop = task.get_loop()
    return TaskAlarm(_clocks.get(id(loop)) or AlarmClock.of(loop))


@cache
def _of_trio() -> Callable[[], Alarm]:
    """Import the alarm for trio, which is running."""
    from .trio_alarm import TrioAlarm

    return TrioAlarm


class AlarmClock:
    """Rings the alarms of one event loop of asyncio.

    Attributes:
        now: Tells the loop's time.
        armed: The alarms to look at. The handle of the last one stays for the next one.
        set_for: When it looks next.
    """

    __slots__ = ("__weakref__", "_handle", "armed", "loop", "now", "set_for")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.now = loop.time
        self.armed: set[TaskAlarm] = set()
        self.set_for = inf
        self._handle: asyncio.TimerHandle | None = None

    @staticmethod
    def of(loop: asyncio.AbstractEventLoop) -> AlarmClock:
        """Return the clock of a loop."""
        clock = _clocks.get(id(loop))
        if clock is None:
            clock = _clocks[id(loop)] = AlarmClock(loop)
        return clock

    def look_by(self, end: float) -> None:
        """Look at the alarms at this time, or before it."""
        if self._handle is not None:
            self._handle.cancel()
        self.set_for = min(end, self.now() + AHEAD)
        self._handle = self.loop.call_at(self.set_for, self._look)

    def _look(self) -> None:
        self._handle = None
        self.set_for = inf
        now = self.now()
        end = min((alarm.look(now) for alarm in list(self.armed)), default=inf)
        if end < inf:
            self.look_by(end)


_clocks: WeakValueDictionary[int, AlarmClock] = WeakValueDictionary()
"""The clocks by the ids of their loops. A clock holds its loop, so no other loop has that id meanwhile."""


class TaskAlarm:
    """Interrupts tasks of asyncio.

    Attributes:
        end: When to ring.
        now: Tells the loop's time.
    """

    __slots__ = ("_before", "_clock", "_grace", "_look", "_rang", "_task", "end", "now")

    def __init__(self, clock: AlarmClock) -> None:
        self._clock = clock
        self.now = clock.now
        self.end = inf
        self._look: Callable[[], float] | None = None
        self._task: asyncio.Task[object] | None = None
        self._before = 0
        self._rang = False
        self._grace: Callable[[], float] | None = None

    def move(self, end: float, looks: float = inf, look: Callable[[], float] | None = None) -> None:
        self.end = end = end if end < looks else looks
        self._look = look
        if end < self._clock.set_for and self._task is not None:
            self._clock.look_by(end)

    def arm(self, grace: Callable[[], float]) -> None:
        self._grace = grace
        task = self._task = asyncio.current_task(self._clock.loop)
        assert task is not None, "a timer of a task is entered in a task"
        self._before = task.cancelling()
        self._clock.armed.add(self)
        if self.end < self._clock.set_for:
            self._clock.look_by(self.end)

    def look(self, now: float) -> float:
        """Interrupt the task if the end has come. Return when to look again."""
        if now < self.end:
            return self.end
        if self._grace is not None and (left := self._grace()) > 0:
            return now + left
        if self._look is not None and (end := self._look()) > now:
            self.end = end
            return end
        if not self._rang and self._task is not None:
            self._rang = True
            self._task.cancel()
        return inf

    def disarm(self, kind: type[BaseException] | None, error: BaseException | None) -> bool:
        self._clock.armed.discard(self)
        self._grace = None
        task, self._task = self._task, None
        if not self._rang:
            return False
        self._rang = False
        assert task is not None
        return task.uncancel() <= self._before and kind is asyncio.CancelledError
