"""The submissions of a run that are not over: what is known of each, and which is to be asked about next."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf

import anyio

from ..types.json import JsonValue
from ..types.webhooks import AsyncPredictResult

FIRST = 2.0
GROWTH = 1.6
LONGEST = 60.0
A_SECOND = 10.0
"""Status calls that all submissions together may cause: half of what Baseten allows."""


@dataclass(slots=True)
class Submission:
    """A submission that is not over.

    Attributes:
        number: its row.
        attempt: counts the submissions of the row.
        tag: what its delivery is recognised by.
        sent_at: when it was written down, on the clock of the run.
        request_id: its id; None while it is on its way, or where its fate is unknown.
        unknown: whether its fate is unknown.
        over_since: when it was first seen to be over, on the clock of the run.
        empty_since: when the queue was first seen to be empty since its fate is unknown, on that clock.
        failure: the delivery that tells of its failure, of which the status is yet to say more.
    """

    number: int
    attempt: int
    tag: str
    sent_at: float
    request_id: str | None = None
    unknown: bool = False
    over_since: float | None = None
    empty_since: float | None = None
    failure: AsyncPredictResult[JsonValue] | None = None
    interval: float = FIRST
    scheduled: int = field(default=0, repr=False)

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands in the ledger: its row and its attempt."""
        return self.number, self.attempt

    def seconds_over(self, now: float) -> float:
        """Seconds since it was first seen to be over, which is now at the latest."""
        if self.over_since is None:
            self.over_since = now
        return now - self.over_since


class Submissions:
    """All of them, by their rows.

    Attributes:
        rescheduled: is set, and replaced by another, when one is to be asked about at another moment.
    """

    def __init__(self) -> None:
        self.rescheduled = anyio.Event()
        self._by_row: dict[int, Submission] = {}
        self._due: list[tuple[float, int, int]] = []

    def __len__(self) -> int:
        return len(self._by_row)

    def __iter__(self) -> Iterator[Submission]:
        return iter(list(self._by_row.values()))

    def add(self, submission: Submission) -> None:
        """Have one more."""
        self._by_row[submission.number] = submission

    def of(self, number: int) -> Submission | None:
        """That of a row, whichever attempt it is."""
        return self._by_row.get(number)

    def get(self, number: int, attempt: int) -> Submission | None:
        """That of a row, if it is the attempt that is meant."""
        submission = self._by_row.get(number)
        return submission if submission is not None and submission.attempt == attempt else None

    def remove(self, submission: Submission) -> bool:
        """It is over: whether it was there."""
        if self._by_row.get(submission.number) is not submission:
            return False
        del self._by_row[submission.number]
        return True

    def schedule(self, submission: Submission, moment: float) -> None:
        """Ask about it at that moment, and not at an earlier one that was set before."""
        submission.scheduled += 1
        heapq.heappush(self._due, (moment, submission.number, submission.scheduled))
        self.rescheduled.set()
        self.rescheduled = anyio.Event()

    def postpone(self, submission: Submission, now: float) -> None:
        """Ask again later: after longer and longer, and the more there are the later."""
        self.schedule(submission, now + max(submission.interval, len(self._by_row) / A_SECOND))
        submission.interval = min(submission.interval * GROWTH, LONGEST)

    def due(self, now: float) -> Submission | float:
        """The one to ask about now, or the seconds until there is one, as things are."""
        while self._due:
            moment, number, scheduled = self._due[0]
            submission = self._by_row.get(number)
            if submission is None or submission.scheduled != scheduled or submission.request_id is None:
                heapq.heappop(self._due)
            elif moment > now:
                return moment - now
            else:
                heapq.heappop(self._due)
                return submission
        return inf

    def unknown(self) -> list[Submission]:
        """Those of unknown fate."""
        return [submission for submission in self._by_row.values() if submission.unknown]
