"""Interrupts tasks when the time of their timers is up.

Theory of operation. On asyncio, it works like `asyncio.timeout`: it cancels the task, and takes the cancellation back
when it arrives, unless somebody else has canceled the task too. One alarm with one handle in the loop serves all timers
of an event loop, because a handle for each call would cost as much as reading its reply. The alarm looks at the timers
when the earliest end has come, and every few seconds, so that ends may move without moving the handle. Without a
running asyncio task, the task is one of trio.
"""

from __future__ import annotations

import asyncio
from functools import cache
from math import inf
from typing import Protocol
from weakref import WeakValueDictionary

from .._core.policy.time_bounds import TimeBounds

AHEAD = 5.0
"""How far ahead a handle is set at most, in seconds.

An end that moves closer from far away then needs no new handle.
"""


class Alarm(Protocol):
    """Interrupts the tasks of one event loop whose timers are armed."""

    def now(self) -> float:
        """Return the time on the loop's clock."""
        ...

    def arm(self, timer: TimeBounds) -> None:
        """Allow a timer to interrupt the running task from now on."""
        ...

    def move(self, timer: TimeBounds) -> None:
        """Note that the ends of a timer have moved, whether or not it is armed."""
        ...

    def disarm(self, timer: TimeBounds, kind: type[BaseException] | None, error: BaseException | None) -> bool:
        """Stop interruptions. Return whether the current exception is the timer's interruption, which then ends here.

        Args:
            kind: The class of the exception. None if there is none.
        """
        ...


def running_alarm() -> Alarm:
    """Return the alarm of the running event loop."""
    try:
        task = asyncio.current_task()
    except RuntimeError:
        task = None
    return _trio_alarm() if task is None else LoopAlarm.of(task.get_loop())


@cache
def _trio_alarm() -> Alarm:
    """Import the alarm for trio, which is running."""
    from .trio_alarm import TrioAlarm

    return TrioAlarm()


class LoopAlarm:
    """Interrupts tasks of one event loop of asyncio.

    Attributes:
        now: Tells the loop's time.
        armed: The timers to look at, each with its task, how often that was canceled before, and whether the timer has
            interrupted it. The handle of the last one stays for the next one.
        set_for: When it looks next.
    """

    __slots__ = ("__weakref__", "_handle", "armed", "loop", "now", "set_for")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.now = loop.time
        self.armed: dict[TimeBounds, tuple[asyncio.Task[object], int, bool]] = {}
        self.set_for = inf
        self._handle: asyncio.TimerHandle | None = None

    @staticmethod
    def of(loop: asyncio.AbstractEventLoop) -> LoopAlarm:
        """Return the alarm of a loop."""
        found = _alarms.get(id(loop))
        if found is None:
            found = _alarms[id(loop)] = LoopAlarm(loop)
        return found

    def arm(self, timer: TimeBounds) -> None:
        task = asyncio.current_task(self.loop)
        assert task is not None, "a timer of a task is entered in a task"
        self.armed[timer] = task, task.cancelling(), False
        self.move(timer)

    def move(self, timer: TimeBounds) -> None:
        end = timer.end if timer.end < timer.looks else timer.looks
        if end < self.set_for:
            self._look_by(end)

    def disarm(self, timer: TimeBounds, kind: type[BaseException] | None, error: BaseException | None) -> bool:
        task, before, interrupted = self.armed.pop(timer)
        return interrupted and task.uncancel() <= before and kind is asyncio.CancelledError

    def _look_by(self, end: float) -> None:
        """Look at the timers at this time, or before it."""
        if self._handle is not None:
            self._handle.cancel()
        self.set_for = min(end, self.now() + AHEAD)
        self._handle = self.loop.call_at(self.set_for, self._look)

    def _look(self) -> None:
        self._handle = None
        self.set_for = inf
        now = self.now()
        end = min((self._look_at(timer, now) for timer in list(self.armed)), default=inf)
        if end < inf:
            self._look_by(end)

    def _look_at(self, timer: TimeBounds, now: float) -> float:
        """Interrupt a task whose time is up. Return when to look again."""
        again = timer.look_again(now)
        if again > now:
            return again
        task, before, interrupted = self.armed[timer]
        if not interrupted:
            self.armed[timer] = task, before, True
            task.cancel()
        return inf


_alarms: WeakValueDictionary[int, LoopAlarm] = WeakValueDictionary()
"""The alarms by the ids of their loops. An alarm holds its loop, so no other loop has that id meanwhile."""
