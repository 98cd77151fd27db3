"""Interrupts tasks of trio when their time is up. Only a program that runs trio loads this file.

A cancel scope of anyio would do the same in twice the time: it makes two scopes of trio, and wraps one of them.
"""

from __future__ import annotations

import trio

from .._core.policy.time_bounds import TimeBounds


class TrioAlarm:
    """Interrupts tasks of trio when their timers end. Before that, the socket checks whether the server hangs."""

    __slots__ = ("_scopes",)

    now = staticmethod(trio.current_time)

    def __init__(self) -> None:
        self._scopes: dict[TimeBounds, trio.CancelScope] = {}

    def arm(self, timer: TimeBounds) -> None:
        scope = self._scopes[timer] = trio.CancelScope(deadline=timer.end)
        scope.__enter__()

    def move(self, timer: TimeBounds) -> None:
        scope = self._scopes.get(timer)
        if scope is not None:
            scope.deadline = timer.end

    def disarm(self, timer: TimeBounds, kind: type[BaseException] | None, error: BaseException | None) -> bool:
        scope = self._scopes.pop(timer)
        scope.__exit__(kind, error, None if error is None else error.__traceback__)
        return scope.cancelled_caught
