"""The queue in which the outcomes of a batch wait for their reader, as they come or in the order of the rows.

It holds a bounded number of them: if the reader is slow, the workers wait. With `ordered=True`, an outcome waits for
those of the rows before it, and a worker that is a whole window ahead waits too.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

import anyio

from ...types.batch import Outcome

if TYPE_CHECKING:
    pass

R = TypeVar("R")
T = TypeVar("T")


class OutcomeQueue(Generic[R, T]):
    """A bounded queue in which outcomes wait for their reader.

    Args:
        window: How many may wait.
        ordered: Whether they leave in the order of their rows.
    """

    def __init__(self, window: int, *, ordered: bool) -> None:
        self._window = window
        self._ordered = ordered
        self._ready: deque[Outcome[R, T]] = deque()
        self._early: dict[int, Outcome[R, T]] = {}
        self._taken = 0
        self._next = 1
        self._came = anyio.Event()
        self._room = anyio.Event()
        self._ended = False
        self._failure: BaseException | None = None

    async def deliver(self, position: int, outcome: Outcome[R, T]) -> None:
        """Accept an outcome as soon as there is room."""
        while position > self._taken + self._window if self._ordered else len(self._ready) >= self._window:
            room = self._room
            await room.wait()
        if self._ordered:
            self._early[position] = outcome
            while self._next in self._early:
                self._ready.append(self._early.pop(self._next))
                self._next += 1
        else:
            self._ready.append(outcome)
        if self._ready:
            self._came.set()

    def end(self, failure: BaseException | None = None) -> None:
        """No more outcomes come."""
        self._ended = True
        self._failure = failure
        self._came.set()

    async def take(self, most: int) -> list[Outcome[R, T]]:
        """Return the next outcomes, at most `most` of them; wait for one. An empty list is the end.

        Raises:
            BaseException: What ended the run.
        """
        while not self._ready:
            if self._ended:
                failure, self._failure = self._failure, None
                if failure is not None:
                    raise failure
                return []
            self._came = anyio.Event()
            await self._came.wait()
        taken = [self._ready.popleft() for _ in range(min(most, len(self._ready)))]
        self._taken += len(taken)
        room, self._room = self._room, anyio.Event()
        room.set()
        return taken
