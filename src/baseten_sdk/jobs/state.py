"""The book of a run: each change of a row in the ledger, in memory and in the counts, all three at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import anyio

from ..receiver import StoredDelivery
from .journal import Journal
from .ledger import Begun, Ledger, Reason
from .limits import JobLimits
from .progress import JobsProgress
from .rows import NewRow
from .submissions import Live, Lives


@dataclass(slots=True)
class Counts:
    """What is counted. See `JobsProgress`."""

    rows: int = 0
    succeeded: int = 0
    failed: int = 0
    resubmitted: int = 0
    queued: int | None = None
    complete: bool = False


class Book:
    """What is known of every row, and the ways in which that changes.

    Attributes:
        lives: the submissions that are not over.
        tally: how far the run is.
        open: rows in hand: sent, or about to be.
        changed: is set, and replaced by another, when a row is over or all have been read.
    """

    def __init__(self, ledger: Ledger, plan: JobLimits) -> None:
        self.lives = Lives()
        self.tally = Counts()
        self.open = 0
        self.changed = anyio.Event()
        self.resend: Callable[[int], object] = int
        self._ledger = ledger
        self._journal = Journal(ledger)
        self._plan = plan

    async def resume(self) -> int:
        """Take up what an earlier run left: the number up to which rows may be waiting."""
        unfinished = await self._journal.write(Ledger.unfinished)
        for each in unfinished:
            live = Live(each.number, each.attempt, each.tag, each.sent_at, each.request_id, each.request_id is None)
            self.lives.add(live)
            if live.request_id is not None:
                self.lives.schedule(live, anyio.current_time())
        self.open = len(unfinished)
        counts = await self._journal.write(Ledger.counts)
        self.tally.rows = sum(counts.values())
        self.tally.succeeded, self.tally.failed = counts.get("succeeded", 0), counts.get("failed", 0)
        return await self._journal.write(Ledger.last)

    async def waiting(self, after: int, until: int) -> list[int]:
        """Some of the rows that wait, of those between two numbers."""
        return await self._journal.write(lambda ledger: ledger.waiting(after, until, 100))

    async def begin(self, row: NewRow | int) -> Begun | None:
        """Write down that a row is about to be sent; None where it is not to be."""

        def write(ledger: Ledger) -> Begun | None:
            if isinstance(row, int):
                return ledger.begin(row)
            number = ledger.add(row.key, row.digest, row.input or b"null")
            return None if number is None else ledger.begin(number)

        begun = await self._journal.write(write)
        if not isinstance(row, int) and begun is not None:
            self.tally.rows += 1
        if begun is None:
            self._close()
        elif begun.attempt > 1:
            self.tally.resubmitted += 1
        return begun

    async def refuse(self, row: NewRow, problem: str) -> None:
        """A row that cannot be sent at all."""

        def write(ledger: Ledger) -> bool:
            number = ledger.add(row.key, row.digest, row.input or b"null")
            begun = None if number is None else ledger.begin(number)
            if begun is not None:
                ledger.failed(begun.number, begun.attempt, "refused", problem)
            return begun is not None

        if await self._journal.write(write):
            self.tally.rows += 1
            self.tally.failed += 1
        self._close()

    async def accepted(self, live: Live, request_id: str) -> None:
        """A submission was taken."""
        live.request_id, live.unknown = request_id, False
        await self._journal.write(lambda ledger: ledger.accepted(live.number, live.attempt, request_id))
        self.lives.schedule(live, anyio.current_time() + min(live.interval, self._plan.delivery_window))

    async def not_taken(self, live: Live) -> None:
        """A submission was refused for now; the row stays in hand."""
        await self._journal.write(lambda ledger: ledger.not_taken(live.number, live.attempt))
        self.lives.remove(live)
        if live.attempt > 1:
            self.tally.resubmitted -= 1

    async def again(self, live: Live, reason: Reason, detail: str) -> None:
        """A submission is over without an output: the row is sent again, within its limit."""
        if not self.lives.remove(live):
            return
        most = self._plan.max_submissions
        if await self._journal.write(lambda ledger: ledger.again(live.number, live.attempt, reason, most, detail)):
            self.resend(live.number)
        else:
            self.tally.failed += 1
            self._close()

    async def failed(self, live: Live, reason: Reason, detail: str) -> None:
        """A submission, and with it its row, is over without an output."""
        if self.lives.remove(live):
            await self._journal.write(lambda ledger: ledger.failed(live.number, live.attempt, reason, detail))
            self.tally.failed += 1
            self._close()

    async def succeeded(self, live: Live) -> None:
        """A submission is over, and its output went to a receiver that nothing is known of."""
        request_id = live.request_id or ""
        if self.lives.remove(live):
            await self._journal.write(lambda ledger: ledger.succeeded(live.number, live.attempt, request_id, None))
            self.tally.succeeded += 1
            self._close()

    async def deliver(self, delivery: StoredDelivery) -> None:
        """A delivery has come: perhaps one of ours, perhaps of a submission that had been given up."""
        result = delivery.result()
        output = json.dumps(result.data).encode() if result.succeeded else None

        def write(ledger: Ledger) -> tuple[int, int, str] | None:
            place = _place(ledger, delivery)
            if place is None:
                return None
            if output is None:
                ledger.accepted(*place, delivery.request_id)
                return (*place, "")
            return (*place, ledger.succeeded(*place, delivery.request_id, output))

        written = await self._journal.write(write)
        if written is None:
            return
        number, attempt, before = written
        if output is None:
            # Whether it failed or expired, its status tells.
            live = self.lives.get(number, attempt)
            if live is not None and live.failure is None:
                live.request_id, live.unknown, live.failure = delivery.request_id, False, result
                self.lives.schedule(live, anyio.current_time())
            return
        live = self.lives.of(number)
        if before != "succeeded":
            self.tally.succeeded += 1
        if before == "failed":
            self.tally.failed -= 1
        if live is not None and self.lives.remove(live):
            self._close()

    def progress(self) -> JobsProgress:
        """How far the run is, now."""
        tally = self.tally
        return JobsProgress(
            rows=tally.rows,
            succeeded=tally.succeeded,
            failed=tally.failed,
            sent=len(self.lives),
            held=len(self.lives.unknown()),
            resubmitted=tally.resubmitted,
            queued=tally.queued,
            complete=tally.complete,
        )

    def complete(self) -> None:
        """All rows have been read."""
        self.tally.complete = True
        self._announce()

    def _close(self) -> None:
        self.open -= 1
        self._announce()

    def _announce(self) -> None:
        self.changed.set()
        self.changed = anyio.Event()


def _place(ledger: Ledger, delivery: StoredDelivery) -> tuple[int, int] | None:
    """The submission that a delivery belongs to. Its tag is not signed, so it is believed only where no id is known."""
    place = ledger.submission(delivery.request_id)
    if place is None and delivery.tag is not None:
        named = ledger.read_tag(delivery.tag)
        if named is not None and ledger.expects(*named):
            return named
    return place
