"""The report of a ledger, and its results row by row.

Both only read the file, so they can be used during a run and long after.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Generic, TypeVar, overload

from pydantic import TypeAdapter, ValidationError

from .._kinds import adapter_of
from .._runs.database import connect, reason
from .._validation import problems, validate_json
from ..errors import ConfigurationError, ResponseValidationError
from ..errors.api import KEPT
from ..types.json import JsonValue
from .ledger_file import WAIT, ledger_errors

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

MOST_FAILURES = 100
"""Failures that a report lists. The results have all of them."""

PAGE = 100


@dataclass(frozen=True, slots=True)
class JobFailure:
    """A row that has no output.

    Attributes:
        key: The row's key: its position from 1, unless `key=` named it.
        reason: "failed", "canceled" or "refused" (no job was made); or how its last submission ended: "expired",
            "lost" (its output, on the way) or "unknown" (whether it was accepted).
        detail: The service's errors, or what else is known.
        submissions: How often it was sent.
    """

    key: str
    reason: str
    detail: str
    submissions: int


@dataclass(frozen=True, slots=True)
class JobResult(Generic[T_co]):
    """A row that has succeeded or failed.

    Attributes:
        key: The row's key: its position from 1, unless `key=` named it.
        output: The model's output; None if the row failed, or if the output went to a receiver of yours.
        failure: Why the row failed; None on success.
        submissions: How often it was sent.
    """

    key: str
    output: T_co | None
    failure: JobFailure | None
    submissions: int


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


class JobResults:
    """The rows of a ledger that have succeeded or failed, in the order in which they were first sent.

    They are read a hundred at a time. A run may use the file meanwhile.

    Example:
        for result in JobResults("jobs.sqlite"):
            print(result.key, result.output)

    Args:
        path: The ledger.

    Raises:
        ConfigurationError: There is no ledger in that file.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        try:
            with closing(_opened(self.path)) as connection:
                connection.execute("SELECT 1 FROM baseten_rows LIMIT 1")
        except sqlite3.Error as error:
            problem = reason(error)
        else:
            return
        raise ConfigurationError(f"There is no ledger in {os.fspath(path)!r}: {problem}.")

    def __iter__(self) -> Iterator[JobResult[JsonValue]]:
        for key, output, failure, submissions in self._rows():
            value: JsonValue = None if output is None else json.loads(output)
            yield JobResult(key, value, failure, submissions)

    def read(self, response_model: type[T]) -> Iterator[JobResult[T]]:
        """Iterate with the outputs validated into any type that pydantic knows.

        Raises:
            ResponseValidationError: While you iterate: an output is not of that type.
        """
        adapter = adapter_of(response_model)
        for key, output, failure, submissions in self._rows():
            yield JobResult(key, None if output is None else _typed(adapter, key, output), failure, submissions)

    def _rows(self) -> Iterator[tuple[str, bytes | None, JobFailure | None, int]]:
        with ledger_errors(self.path), closing(_opened(self.path)) as connection:
            last = 0
            while True:
                rows = connection.execute(
                    "SELECT number, key, state, output, reason, detail, submissions FROM baseten_rows "
                    "WHERE number > ? AND state IN ('succeeded', 'failed') ORDER BY number LIMIT ?",
                    (last, PAGE),
                ).fetchall()
                for number, key, state, output, reason, detail, submissions in rows:
                    last = number
                    failure = JobFailure(key, reason, detail or "", submissions) if state == "failed" else None
                    yield key, output, failure, submissions
                if not rows:
                    return


def read_report(path: str | os.PathLike[str], elapsed: float) -> JobsReport:
    """Read the report of a ledger."""
    with ledger_errors(Path(path)), closing(_opened(Path(path))) as connection:
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


def _opened(path: Path) -> sqlite3.Connection:
    if not os.path.exists(path):
        raise sqlite3.OperationalError("there is no such file")
    return connect(path, wait=WAIT)


def _typed(adapter: TypeAdapter[T], key: str, output: bytes) -> T:
    try:
        return validate_json(adapter, output)
    except ValidationError as error:
        problem = problems(error)
    raise ResponseValidationError(
        f"The output of row {key} is not what was asked for: {problem}", status_code=200, body=output[:KEPT]
    )
