"""Those who wait at a gate: who has been refused before comes first, then first come, first served."""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count
from typing import Generic, TypeVar

from .backoff_gate import BackoffGate

T = TypeVar("T")

GLANCE = 1.0
"""Seconds after which one that is not the first looks again; it is woken when it is."""


class GateQueue(Generic[T]):
    """The queue of one gate. It waits for nothing."""

    __slots__ = ("_gone", "_heap", "_numbers", "gate")

    def __init__(self, gate: BackoffGate) -> None:
        self.gate = gate
        self._heap: list[tuple[bool, int, T]] = []
        self._numbers = count()
        self._gone: set[int] = set()

    def __len__(self) -> int:
        return len(self._heap) - len(self._gone)

    def join(self, turn: T, *, refused: bool) -> None:
        """Wait; `refused` for one that the service has refused before."""
        heappush(self._heap, (not refused, next(self._numbers), turn))

    def look(self, turn: T, now: float) -> float:
        """Seconds to wait on; 0.0 where it is the turn of this one and the gate is open: it has passed then."""
        if self.first is not turn:
            return GLANCE
        opens = self.gate.opens(now)
        if opens > now:
            return opens - now
        self.gate.passed(now)
        heappop(self._heap)
        return 0.0

    def leave(self, turn: T) -> None:
        """Wait no longer; nothing where it has passed."""
        self._gone.update(number for _, number, each in self._heap if each is turn)

    @property
    def first(self) -> T | None:
        """Whose turn it is."""
        while self._heap and self._heap[0][1] in self._gone:
            self._gone.discard(heappop(self._heap)[1])
        return self._heap[0][2] if self._heap else None

    @property
    def all(self) -> list[T]:
        """All who wait."""
        return [turn for _, number, turn in self._heap if number not in self._gone]
