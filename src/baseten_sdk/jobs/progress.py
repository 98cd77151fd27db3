"""A run of a ledger at one moment: its numbers, a line of the log, and what a bar shows of it.

It must not know how anything is counted.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from .._runs.progress_view import Look, Subject

logger = logging.getLogger("baseten_sdk.jobs")


@dataclass(frozen=True, slots=True)
class JobsProgress:
    """A run at one moment.

    Attributes:
        rows: rows that the ledger holds.
        succeeded: rows that succeeded, in this run or before.
        failed: rows that failed.
        sent: submissions that are not over.
        held: those among them of which nobody knows whether they were taken.
        resubmitted: submissions beyond the first of a row, in this run.
        queued: requests in the deployment's queue, where that was asked.
        complete: whether all rows have been read, so that there are no more than `rows`.
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
        """Rows that are over."""
        return self.succeeded + self.failed

    def __str__(self) -> str:
        total = f"{self.rows:,}" if self.complete else f"{self.rows:,} or more"
        return f"{self.over:,} of {total} over, {self.rest}"

    @property
    def rest(self) -> str:
        """All but the number of rows, in words."""
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
"""What is shown of a run."""
