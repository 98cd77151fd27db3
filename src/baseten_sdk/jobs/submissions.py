"""The submissions of a run without an outcome: what is known of each, and which one to poll next."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf

import anyio

from ..rates import Backoff
from ..types.json import JsonValue
from ..types.webhooks import AsyncPredictResult

POLL_INTERVALS = Backoff(first=2.0, longest=60.0, growth=1.6)
"""Seconds between two status calls for one submission."""

POLLS_PER_SECOND = 10.0
"""Status calls a second that all submissions together may cause: half of what Baseten allows."""


@dataclass(slots=True)
class Submission:
    """A submission without an outcome.

    Attributes:
        number: Its row.
        attempt: Counts the submissions of the row.
        tag: Identifies its delivery.
        sent_at: When it was written down, on the clock of the run.
        request_id: Its ID; None while it is on its way, or if the reply was lost.
        unknown: Whether the reply was lost, so that it may or may not have been accepted.
        over_since: When a status first said that the job had ended, on the clock of the run.
        empty_since: Since when the queue has been seen empty while it was unknown, on that clock.
        failure: The delivery that reported a failure, until the status says which one.
        polls: How many polls of it were scheduled, each later than the one before.
        scheduled: Counts its entries in the schedule. Only the last one counts.
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
    polls: int = 0
    scheduled: int = field(default=0, repr=False)

    @property
    def numbers(self) -> tuple[int, int]:
        """The numbers of its row and its attempt, by which the ledger knows it."""
        return self.number, self.attempt

    @property
    def interval(self) -> float:
        """Seconds until its next poll, if there are few submissions."""
        return POLL_INTERVALS.after(self.polls + 1)

    def seconds_over(self, now: float) -> float:
        """Seconds since it was first seen to have ended, which is now at the latest."""
        if self.over_since is None:
            self.over_since = now
        return now - self.over_since


class Submissions:
    """All submissions, by their rows.

    Attributes:
        rescheduled: Set, and replaced by a new event, whenever a poll is scheduled.
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
        self._by_row[submission.number] = submission

    def of(self, number: int) -> Submission | None:
        """Get the submission of a row, whichever attempt it is."""
        return self._by_row.get(number)

    def get(self, number: int, attempt: int) -> Submission | None:
        """Get the submission of a row if it is this attempt."""
        submission = self._by_row.get(number)
        return submission if submission is not None and submission.attempt == attempt else None

    def remove(self, submission: Submission) -> bool:
        """Remove one that has ended. Returns whether it was there."""
        if self._by_row.get(submission.number) is not submission:
            return False
        del self._by_row[submission.number]
        return True

    def schedule(self, submission: Submission, moment: float) -> None:
        """Schedule its next poll, in place of an earlier schedule."""
        submission.scheduled += 1
        heapq.heappush(self._due, (moment, submission.number, submission.scheduled))
        self.rescheduled.set()
        self.rescheduled = anyio.Event()

    def postpone(self, submission: Submission, now: float) -> None:
        """Schedule its next poll, later each time, and later the more submissions there are."""
        self.schedule(submission, now + max(submission.interval, len(self._by_row) / POLLS_PER_SECOND))
        submission.polls += 1

    def due(self, now: float) -> Submission | float:
        """Get the submission to poll now, or the seconds until the next one is due."""
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
        """List those that may or may not have been accepted."""
        return [submission for submission in self._by_row.values() if submission.unknown]
