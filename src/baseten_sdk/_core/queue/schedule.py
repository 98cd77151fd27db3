"""The order in which to poll the statuses of many async requests.

Theory of operation. Each request has a time at which it is due, and these times grow further apart. The request that is
longest overdue comes first. Among equals, it is the one that was polled least. With more requests than status calls,
all wait alike and none is forgotten. With few, each is polled as often as if it were alone. This module makes no calls,
and the caller passes the time.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ...types.async_requests import AsyncRequestStatus
from .polling import POLL_INTERVALS, Ending

J = TypeVar("J")


@dataclass(order=True, slots=True)
class Poll(Generic[J]):
    """The next status call of one request: when it is due, and how many there were before."""

    due: float
    times: int
    number: int
    job: J = field(compare=False)
    waits: Iterator[float] = field(compare=False)
    ending: Ending = field(compare=False)


class Schedule(Generic[J]):
    """The requests that are not over yet.

    Args:
        jobs: The requests, in the order of their first polls.
    """

    def __init__(self, jobs: Iterable[J], now: float) -> None:
        self._waiting = [Poll(now, 0, number, job, POLL_INTERVALS.waits(), Ending()) for number, job in enumerate(jobs)]
        self._taken = 0

    def __len__(self) -> int:
        return len(self._waiting) + self._taken

    def take(self, now: float, most: int) -> list[Poll[J]]:
        """Return up to `most` polls that are due, the longest overdue first.

        Give each back to one of the methods below.
        """
        taken: list[Poll[J]] = []
        while self._waiting and self._waiting[0].due <= now and len(taken) < most:
            taken.append(heapq.heappop(self._waiting))
        self._taken += len(taken)
        return taken

    def rest(self, now: float) -> float:
        """Return the seconds until the next poll is due."""
        return max(self._waiting[0].due - now, 0.0) if self._waiting else 0.0

    def is_over(self, poll: Poll[J], status: AsyncRequestStatus, now: float) -> bool:
        """Record a status. Return whether it is the last one. If not, the request is polled again."""
        if poll.ending.reached(status, now):
            self.drop(poll)
            return True
        self.again(poll, now)
        return False

    def again(self, poll: Poll[J], now: float) -> None:
        """Poll the request again later."""
        self._taken -= 1
        poll.due = now + next(poll.waits)
        poll.times += 1
        heapq.heappush(self._waiting, poll)

    def drop(self, poll: Poll[J]) -> None:
        """Never poll the request again."""
        self._taken -= 1
