"""The calls that wait at a gate. Refused calls go first, then all others in order of arrival."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

from .backoff_gate import BackoffGate

T = TypeVar("T")

RECHECK = 1.0
"""Seconds after which a call that is not first looks again. It is woken when it becomes the first."""


class GateQueue(Generic[T]):
    """The queue of one gate. It never waits itself."""

    __slots__ = ("_others", "_refused", "gate")

    def __init__(self, gate: BackoffGate) -> None:
        self.gate = gate
        self._refused = OrderedDict[T, None]()
        self._others = OrderedDict[T, None]()

    def __len__(self) -> int:
        return len(self._refused) + len(self._others)

    def join(self, waiter: T, *, refused: bool) -> None:
        """Join the queue. `refused`: the service has refused this call before."""
        (self._refused if refused else self._others)[waiter] = None

    def look(self, waiter: T, now: float) -> float:
        """Return the seconds until the next look.

        0.0 means that the call has passed: its turn came and the gate is open, or all calls were let through.
        """
        if waiter not in self._refused and waiter not in self._others:
            return 0.0
        if self.first is not waiter:
            return RECHECK
        opens = self.gate.opens(now)
        if opens > now:
            return opens - now
        self.gate.passed(now)
        self.leave(waiter)
        return 0.0

    def leave(self, waiter: T) -> None:
        """Leave the queue. Does nothing if the call has passed."""
        self._refused.pop(waiter, None)
        self._others.pop(waiter, None)

    def release(self) -> list[T]:
        """Let all waiting calls pass."""
        waiters = [*self._refused, *self._others]
        self._refused.clear()
        self._others.clear()
        return waiters

    @property
    def first(self) -> T | None:
        """The call whose turn it is."""
        return next(iter(self._refused or self._others), None)
