"""The state of a run: each change of a row in the ledger, in memory and in the counts, all three at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import anyio

from .._runs.clock import RunClock
from ..errors import ResponseValidationError
from ..receiver import StoredDelivery
from .journal import Journal
from .ledger import Intent, Ledger, Reason
from .limits import JobLimits
from .progress import JobsProgress
from .rows import NewRow
from .submissions import Submission, Submissions


@dataclass(slots=True)
class Counts:
    """What is counted. See `JobsProgress`."""

    rows: int = 0
    succeeded: int = 0
    failed: int = 0
    resubmitted: int = 0
    queued: int | None = None
    complete: bool = False


class RunState:
    """What is known of every row, and the ways in which that changes.

    Attributes:
        submissions: The submissions that are not over.
        counts: How far the run is.
        open: Rows in hand: sent, or about to be.
        changed: Is set, and replaced by another, when a row is over or all have been read.
    """

    def __init__(self, ledger: Ledger, limits: JobLimits, clock: RunClock) -> None:
        self.submissions = Submissions()
        self.counts = Counts()
        self.open = 0
        self.changed = anyio.Event()
        self.resend: Callable[[int], object] = int
        self._ledger = ledger
        self._journal = Journal(ledger)
        self._limits = limits
        self._clock = clock

    async def resume(self) -> int:
        """Load what an earlier run left. Returns the highest row number."""
        unfinished = await self._journal.write(Ledger.unfinished)
        now, epoch = self._clock.now(), self._clock.epoch()
        for each in unfinished:
            sent_at = now - max(epoch - each.sent_at, 0.0)
            is_unknown = each.request_id is None
            submission = Submission(each.number, each.attempt, each.tag, sent_at, each.request_id, is_unknown)
            self.submissions.add(submission)
            if not is_unknown:
                self.submissions.schedule(submission, now)
        self.open = len(unfinished)
        counts = await self._journal.write(Ledger.counts)
        self.counts.rows = sum(counts.values())
        self.counts.succeeded, self.counts.failed = counts.get("succeeded", 0), counts.get("failed", 0)
        return await self._journal.write(Ledger.last)

    async def waiting(self, after: int, until: int) -> list[int]:
        """List some of the rows between two numbers that wait."""
        return await self._journal.write(lambda ledger: ledger.waiting(after, until, 100))

    async def begin(self, row: NewRow | int) -> Intent | None:
        """Record that a row is about to be sent; None if it must not be."""

        def write(ledger: Ledger) -> Intent | None:
            if isinstance(row, int):
                return ledger.begin(row)
            number = ledger.add(row.key, row.digest, row.input or b"null")
            return None if number is None else ledger.begin(number)

        intent = await self._journal.write(write)
        if not isinstance(row, int) and intent is not None:
            self.counts.rows += 1
        if intent is None:
            self._close()
        elif intent.attempt > 1:
            self.counts.resubmitted += 1
        return intent

    async def refuse(self, row: NewRow, problem: str) -> None:
        """Fail a row that cannot be sent at all."""

        def write(ledger: Ledger) -> bool:
            number = ledger.add(row.key, row.digest, row.input or b"null")
            intent = None if number is None else ledger.begin(number)
            if intent is not None:
                ledger.failed(intent.number, intent.attempt, "refused", problem)
            return intent is not None

        if await self._journal.write(write):
            self.counts.rows += 1
            self.counts.failed += 1
        self._close()

    async def accepted(self, submission: Submission, request_id: str) -> None:
        """Record that a submission was accepted."""
        submission.request_id, submission.unknown = request_id, False
        await self._journal.write(lambda ledger: ledger.accepted(*submission.numbers, request_id))
        soon = min(submission.interval, self._limits.delivery_window)
        self.submissions.schedule(submission, self._clock.now() + soon)

    async def not_taken(self, submission: Submission) -> None:
        """Record that a submission made no job for now. The row stays in hand."""
        await self._journal.write(lambda ledger: ledger.not_taken(*submission.numbers))
        self.submissions.remove(submission)
        if submission.attempt > 1:
            self.counts.resubmitted -= 1

    async def again(self, submission: Submission, reason: Reason, detail: str) -> None:
        """End a submission without an output, and send the row again, unless it was sent too often."""
        if not self.submissions.remove(submission):
            return
        numbers, most = submission.numbers, self._limits.max_submissions
        if await self._journal.write(lambda ledger: ledger.again(*numbers, reason, most, detail)):
            self.resend(submission.number)
        else:
            self.counts.failed += 1
            self._close()

    async def failed(self, submission: Submission, reason: Reason, detail: str) -> None:
        """End a submission without an output, and fail its row."""
        if self.submissions.remove(submission):
            await self._journal.write(lambda ledger: ledger.failed(*submission.numbers, reason, detail))
            self.counts.failed += 1
            self._close()

    async def succeeded(self, submission: Submission) -> None:
        """Record success where the output went to a receiver elsewhere."""
        request_id = submission.request_id or ""
        if self.submissions.remove(submission):
            await self._journal.write(lambda ledger: ledger.succeeded(*submission.numbers, request_id, None))
            self.counts.succeeded += 1
            self._close()

    async def deliver(self, delivery: StoredDelivery) -> None:
        """Process a delivery. It may belong to another ledger, or to a submission that was given up."""
        try:
            result = delivery.result()
            output = json.dumps(result.data).encode() if result.succeeded else None
        except (ResponseValidationError, ValueError, RecursionError):
            return await self._unreadable(delivery)

        def write(ledger: Ledger) -> tuple[int, int, str] | None:
            numbers = _numbers(ledger, delivery)
            if numbers is None:
                return None
            if output is None:
                ledger.accepted(*numbers, delivery.request_id)
                return (*numbers, "")
            return (*numbers, ledger.succeeded(*numbers, delivery.request_id, output))

        written = await self._journal.write(write)
        if written is None:
            return
        number, attempt, before = written
        if output is None:
            # The status says whether it failed or expired.
            submission = self.submissions.get(number, attempt)
            if submission is not None and submission.failure is None:
                submission.request_id, submission.unknown, submission.failure = delivery.request_id, False, result
                self.submissions.schedule(submission, self._clock.now())
            return
        submission = self.submissions.of(number)
        if before != "succeeded":
            self.counts.succeeded += 1
        if before == "failed":
            self.counts.failed -= 1
        if submission is not None and self.submissions.remove(submission):
            self._close()

    async def _unreadable(self, delivery: StoredDelivery) -> None:
        """Fail the row of a delivery that cannot be parsed. The store keeps its bytes."""
        numbers = await self._journal.write(lambda ledger: _numbers(ledger, delivery))
        submission = None if numbers is None else self.submissions.get(*numbers)
        if submission is not None:
            submission.request_id, submission.unknown = delivery.request_id, False
            await self._journal.write(lambda ledger: ledger.accepted(*submission.numbers, delivery.request_id))
            detail = f"its output cannot be parsed; the inbox keeps its bytes, under request id {delivery.request_id}"
            await self.failed(submission, "failed", detail)

    def progress(self) -> JobsProgress:
        counts = self.counts
        return JobsProgress(
            rows=counts.rows,
            succeeded=counts.succeeded,
            failed=counts.failed,
            sent=len(self.submissions),
            held=len(self.submissions.unknown()),
            resubmitted=counts.resubmitted,
            queued=counts.queued,
            complete=counts.complete,
        )

    def complete(self) -> None:
        """Note that all rows have been read."""
        self.counts.complete = True
        self._announce()

    def _close(self) -> None:
        self.open -= 1
        self._announce()

    def _announce(self) -> None:
        self.changed.set()
        self.changed = anyio.Event()


def _numbers(ledger: Ledger, delivery: StoredDelivery) -> tuple[int, int] | None:
    """Find the submission of a delivery. Its tag is not signed, so it counts only where the request ID is unknown."""
    numbers = ledger.submission(delivery.request_id)
    if numbers is None and delivery.tag is not None:
        named = ledger.read_tag(delivery.tag)
        if named is not None and ledger.expects(*named):
            return named
    return numbers
