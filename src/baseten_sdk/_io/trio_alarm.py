"""Interrupts a task of trio when its time is up. Only a program that runs trio loads this file.

A cancel scope of anyio would do the same in twice the time: it makes two scopes of trio, and wraps one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

import trio


class TrioAlarm:
    """Interrupts tasks of trio."""

    __slots__ = ("_end", "_scope")

    now = staticmethod(trio.current_time)

    def __init__(self) -> None:
        self._end = inf
        self._scope: trio.CancelScope | None = None

    def move(self, end: float, looks: float = inf, look: Callable[[], float] | None = None) -> None:
        self._end = end
        if self._scope is not None:
            self._scope.deadline = end

    def arm(self, grace: Callable[[], float]) -> None:
        self._scope = trio.CancelScope(deadline=self._end)
        self._scope.__enter__()

    def disarm(self, kind: type[BaseException] | None, error: BaseException | None) -> bool:
        scope, self._scope = self._scope, None
        assert scope is not None
        scope.__exit__(kind, error, None if error is None else error.__traceback__)
        return scope.cancelled_caught
