"""Interrupts a task when its time is up, for the async timer.

Theory of operation. On asyncio, it works like `asyncio.timeout`: it cancels the task, and takes the cancellation back
when it arrives, unless somebody else has canceled the task too. There is one handle in the event loop, however often
the end moves. The handle is set for a moment so early that the end rarely moves before it, and checks the end when it
fires. Elsewhere, and where no asyncio task runs, it is a cancel scope of anyio.
"""

from __future__ import annotations

import asyncio
from math import inf
from typing import Protocol

import anyio

AHEAD = 5.0
"""How far ahead a handle is set at most, in seconds.

An end that moves closer from far away then needs no new handle.
"""


LATE = 0.5
"""If the alarm fires this many seconds late, the process itself must have stood still.

It then first looks at what arrived meanwhile.
"""


class Alarm(Protocol):
    """Interrupts the task between `arm` and `disarm` once the end has come."""

    def now(self) -> float:
        """Return the time on the alarm's clock."""
        ...

    def move(self, end: float) -> None:
        """Set the end, whether or not the alarm is armed."""
        ...

    def arm(self) -> None:
        """Allow interruptions of the running task from now on."""
        ...

    def disarm(self, kind: type[BaseException] | None, error: BaseException | None, *, keep: bool) -> bool:
        """Stop interruptions. Return whether the current exception is the alarm's interruption, which then ends here.

        Args:
            kind: The class of the exception. None if there is none.
            error: The exception.
            keep: Whether the alarm will be armed again soon.
        """
        ...

    def close(self) -> None:
        """Disarm the alarm for good."""
        ...


def alarm() -> Alarm:
    """Return an alarm for the running task."""
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return ScopeAlarm()
    return ScopeAlarm() if task is None else TaskAlarm(asyncio.get_running_loop())


class TaskAlarm:
    """Interrupts tasks of asyncio."""

    __slots__ = ("_before", "_end", "_handle", "_late", "_loop", "_rang", "_set_for", "_task")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._end = inf
        self._handle: asyncio.TimerHandle | None = None
        self._set_for = inf
        self._task: asyncio.Task[object] | None = None
        self._before = 0
        self._rang = False
        self._late = False

    def now(self) -> float:
        return self._loop.time()

    def move(self, end: float) -> None:
        self._end = end
        if end < self._set_for and self._task is not None:
            self._set()

    def arm(self) -> None:
        task = self._task = asyncio.current_task(self._loop)
        assert task is not None, "a timer of a task is entered in a task"
        self._before = task.cancelling()
        if self._end < self._set_for:
            self._set()

    def disarm(self, kind: type[BaseException] | None, error: BaseException | None, *, keep: bool) -> bool:
        task, self._task = self._task, None
        if not keep:
            self.close()
        if not self._rang:
            return False
        self._rang = False
        assert task is not None
        return task.uncancel() <= self._before and kind is asyncio.CancelledError

    def close(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
            self._set_for = inf

    def _set(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._set_for = min(self._end, self._loop.time() + AHEAD)
        self._handle = self._loop.call_at(self._set_for, self._ring)

    def _ring(self) -> None:
        self._handle = None
        self._set_for = inf
        if self._task is None:
            return
        now = self._loop.time()
        if now < self._end:
            self._late = False
            self._set()
        elif now > self._end + LATE and not self._late:
            self._late = True
            self._handle = self._loop.call_later(0, self._ring)
        elif not self._rang:
            self._rang = True
            self._task.cancel()


class ScopeAlarm:
    """Interrupts tasks on any event loop that anyio supports."""

    __slots__ = ("_end", "_scope")

    def __init__(self) -> None:
        self._end = inf
        self._scope: anyio.CancelScope | None = None

    def now(self) -> float:
        return anyio.current_time()

    def move(self, end: float) -> None:
        self._end = end
        if self._scope is not None:
            self._scope.deadline = end

    def arm(self) -> None:
        self._scope = anyio.CancelScope(deadline=self._end)
        self._scope.__enter__()

    def disarm(self, kind: type[BaseException] | None, error: BaseException | None, *, keep: bool) -> bool:
        scope, self._scope = self._scope, None
        assert scope is not None
        scope.__exit__(kind, error, None if error is None else error.__traceback__)
        return scope.cancelled_caught

    def close(self) -> None:
        pass
