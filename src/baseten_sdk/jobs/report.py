"""The report of a ledger. It only reads the file, so it can be made during a run and long after."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar, overload

from ..types.json import JsonValue
from .ledger_file import ledger_errors
from .results import JobFailure, JobResult, JobResults, open_ledger

T = TypeVar("T")

MOST_FAILURES = 100
"""Failures that a report lists. The results have all of them."""


@dataclass(frozen=True, slots=True)
class JobsReport:
    """What is in a ledger at the end of a run.

    Attributes:
        ledger: Its file.
        rows: Rows in the ledger.
        succeeded: Rows that succeeded.
        failed: Rows that failed.
        unfinished: Rows that have neither succeeded nor failed, because the run ended early.
        reasons: The number of failed rows for each reason.
        submissions: The number of all submissions.
        outcomes: The number of submissions for each outcome.
        attempts: For each number of submissions, how many rows took that many.
        elapsed: Seconds that this run took.
        median: The median of the seconds from a submission to its success; None if none succeeded.
        slowest: The longest of those; None if none succeeded.
        failures: The first failures, a hundred at most.
    """

    ledger: str
    rows: int
    succeeded: int
    failed: int
    unfinished: int
    reasons: dict[str, int]
    submissions: int
    outcomes: dict[str, int]
    attempts: dict[int, int]
    elapsed: float
    median: float | None
    slowest: float | None
    failures: tuple[JobFailure, ...]

    @property
    def ok(self) -> bool:
        """Whether every row succeeded."""
        return self.succeeded == self.rows

    def json(self) -> str:
        """Write the report as a JSON object."""
        return json.dumps(asdict(self), indent=2)

    @overload
    def results(self, *, response_model: type[T]) -> Iterator[JobResult[T]]: ...

    @overload
    def results(self, *, response_model: None = None) -> Iterator[JobResult[JsonValue]]: ...

    def results(
        self, *, response_model: type[T] | None = None
    ) -> Iterator[JobResult[T]] | Iterator[JobResult[JsonValue]]:
        """Iterate over the rows that have succeeded or failed; see `JobResults`."""
        stored = JobResults(self.ledger)
        return iter(stored) if response_model is None else stored.read(response_model)

    def __str__(self) -> str:
        text = f"{self.succeeded:,} of {self.rows:,} rows succeeded in {self.elapsed:.1f} s"
        if self.median is not None and self.slowest is not None:
            text += f" (median {self.median:.1f} s a job, slowest {self.slowest:.1f} s)"
        if self.failed:
            text += f"; {self.failed:,} failed: " + ", ".join(f"{n:,} {r}" for r, n in sorted(self.reasons.items()))
        if self.unfinished:
            text += f"; {self.unfinished:,} are not over"
        again = self.submissions - sum(self.attempts.values())
        return f"{text}; {again:,} sent again." if again else f"{text}."


def read_report(path: str | os.PathLike[str], elapsed: float) -> JobsReport:
    """Read the report of a ledger."""
    with ledger_errors(Path(path)), closing(open_ledger(Path(path))) as connection:
        states: dict[str, int] = _counts(connection, "SELECT state, count(*) FROM baseten_rows GROUP BY 1")
        durations = "FROM baseten_submissions WHERE outcome = 'succeeded' AND ended_at >= sent_at"
        count, slowest = connection.execute(f"SELECT count(*), max(ended_at - sent_at) {durations}").fetchone()
        median = connection.execute(
            f"SELECT ended_at - sent_at AS seconds {durations} ORDER BY seconds LIMIT 1 OFFSET ?", (count // 2,)
        ).fetchone()
        failures = connection.execute(
            "SELECT key, reason, detail, submissions FROM baseten_rows WHERE state = 'failed' ORDER BY number LIMIT ?",
            (MOST_FAILURES,),
        ).fetchall()
        return JobsReport(
            ledger=os.fspath(path),
            rows=sum(states.values()),
            succeeded=states.get("succeeded", 0),
            failed=states.get("failed", 0),
            unfinished=states.get("waiting", 0) + states.get("sent", 0),
            reasons=_counts(connection, "SELECT reason, count(*) FROM baseten_rows WHERE state = 'failed' GROUP BY 1"),
            submissions=int(connection.execute("SELECT count(*) FROM baseten_submissions").fetchone()[0]),
            outcomes=_counts(
                connection, "SELECT coalesce(outcome, 'unfinished'), count(*) FROM baseten_submissions GROUP BY 1"
            ),
            attempts=dict(
                connection.execute(
                    "SELECT n, count(*) FROM (SELECT count(*) AS n FROM baseten_submissions GROUP BY number) GROUP BY n"
                ).fetchall()
            ),
            elapsed=elapsed,
            median=None if median is None else float(median[0]),
            slowest=None if slowest is None else float(slowest),
            failures=tuple(JobFailure(key, reason, detail or "", many) for key, reason, detail, many in failures),
        )


def _counts(connection: sqlite3.Connection, query: str) -> dict[str, int]:
    return dict(connection.execute(query).fetchall())
