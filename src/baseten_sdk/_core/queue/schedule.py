"""Many async requests that are waited for together: whose turn it is to be asked about, and who is over.

Theory of operation. Each request has a moment at which it is due, further and further apart, and the one that has been
due the longest comes first; of those that are due since the same moment, the one that was asked about the least often.
So where there are more requests than questions, all wait alike, and none is forgotten; where there are few, each is
asked as often as if it were alone. It asks nothing itself, and is given the time.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ...types.async_requests import AsyncRequestStatus
from .polling import Ending, intervals

J = TypeVar("J")


@dataclass(order=True, slots=True)
class Poll(Generic[J]):
    """A request, when it is due, and how often it had its turn."""

    due: float
    times: int
    number: int
    job: J = field(compare=False)
    waits: Iterator[float] = field(compare=False)
    ending: Ending = field(compare=False)


class Schedule(Generic[J]):
    """The requests that are not over yet.

    Args:
        jobs: the requests, in the order in which they are asked about first.
        now: the time.
    """

    def __init__(self, jobs: Iterable[J], now: float) -> None:
        self._waiting = [Poll(now, 0, number, job, intervals(), Ending()) for number, job in enumerate(jobs)]
        self._asked = 0

    def __len__(self) -> int:
        return len(self._waiting) + self._asked

    def take(self, now: float, most: int) -> list[Poll[J]]:
        """Those that are due, the longest first, and at most so many. Each is given back, or it is over."""
        taken: list[Poll[J]] = []
        while self._waiting and self._waiting[0].due <= now and len(taken) < most:
            taken.append(heapq.heappop(self._waiting))
        self._asked += len(taken)
        return taken

    def rest(self, now: float) -> float:
        """Seconds until one is due."""
        return max(self._waiting[0].due - now, 0.0) if self._waiting else 0.0

    def is_over(self, turn: Poll[J], status: AsyncRequestStatus, now: float) -> bool:
        """Note a status: whether it is the last. If not, there will be another turn."""
        if turn.ending.reached(status, now):
            self._asked -= 1
            return True
        self.again(turn, now)
        return False

    def again(self, turn: Poll[J], now: float) -> None:
        """There was no answer: there will be another turn."""
        self._asked -= 1
        turn.due = now + next(turn.waits)
        turn.times += 1
        heapq.heappush(self._waiting, turn)

    def drop(self, turn: Poll[J]) -> None:
        """There will be no answer."""
        self._asked -= 1
