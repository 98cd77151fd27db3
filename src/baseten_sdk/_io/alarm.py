"""Interrupting a task when its time is up, for the async timer.

Theory of operation. On asyncio it is the way of `asyncio.timeout`: the task is canceled, and where that arrives it is
taken back, unless somebody else has canceled the task too. There is one handle in the event loop, however often the
end moves: it is set for a moment that no usual move comes before, and looks at the end when it fires. Elsewhere, and
where no asyncio task runs, it is a cancel scope of anyio.
"""

from __future__ import annotations

import asyncio
from math import inf
from typing import Protocol

import anyio

AHEAD = 5.0
"""Seconds for which a handle is set at most: an end that moves from far away to less far needs no other handle."""


LATE = 0.5
"""Seconds of lateness from which the process itself must have stood still: what came meanwhile is looked at first."""


class Alarm(Protocol):
    """Interrupts the task that is between `arm` and `disarm`, once the end has come."""

    def now(self) -> float:
        """The clock by which the end is told."""
        ...

    def move(self, end: float) -> None:
        """Set the end, whether the alarm is armed or not."""
        ...

    def arm(self) -> None:
        """From here on the running task may be interrupted."""
        ...

    def disarm(self, kind: type[BaseException] | None, error: BaseException | None, *, keep: bool) -> bool:
        """From here on it is not. Whether the exception that is on its way is the interruption, which then ends here.

        Args:
            kind: the class of the exception; None where there is none.
            error: the exception.
            keep: whether it will be armed again soon.
        """
        ...

    def close(self) -> None:
        """It is not armed any more, and will not be again."""
        ...


def alarm() -> Alarm:
    """An alarm for the running task."""
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
    """Interrupts whatever anyio runs on."""

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
