"""A snapshot of a run: its numbers, as a log line and as a bar. It must not know how anything is counted."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from .._runs.progress_view import Look, Subject

logger = logging.getLogger("baseten_sdk.jobs")


@dataclass(frozen=True, slots=True)
class JobsProgress:
    """A run at one moment.

    Attributes:
        rows: Rows that the ledger holds.
        succeeded: Rows that succeeded, in this run or an earlier one.
        failed: Rows that failed.
        sent: Submissions without an outcome.
        held: Those of them that may or may not have been accepted.
        resubmitted: Submissions beyond the first of a row, in this run.
        queued: Requests in the deployment's queue; None before it was first asked.
        complete: Whether all rows have been read, so that `rows` is the total.
    """

    rows: int
    succeeded: int
    failed: int
    sent: int
    held: int
    resubmitted: int
    queued: int | None
    complete: bool

    @property
    def over(self) -> int:
        """The number of rows that have succeeded or failed."""
        return self.succeeded + self.failed

    def __str__(self) -> str:
        total = f"{self.rows:,}" if self.complete else f"{self.rows:,} or more"
        return f"{self.over:,} of {total} over, {self.rest}"

    @property
    def rest(self) -> str:
        """Everything except the number of rows, in words."""
        parts = [f"{self.sent:,} sent"]
        for count, name in ((self.held, "held"), (self.failed, "failed"), (self.resubmitted, "sent again")):
            if count:
                parts.append(f"{count:,} {name}")
        if self.queued is not None:
            parts.append(f"{self.queued:,} queued")
        return ", ".join(parts)


def _look(progress: JobsProgress) -> Look:
    return Look(progress.over, progress.rows if progress.complete else None, progress.rest)


SUBJECT = Subject(name="jobs", look=_look, measure="count", logger=logger, extra="jobs")
"""What a display shows of a run."""
