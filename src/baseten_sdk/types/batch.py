"""What a batch gives back: an outcome for each row, and a report of the whole."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Generic, TypeAlias, TypeVar

__all__ = ["Failed", "Ok", "Outcome", "Report"]

R = TypeVar("R")
T = TypeVar("T")
R_co = TypeVar("R_co", covariant=True)
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Ok(Generic[R_co, T_co]):
    """A row whose call succeeded.

    Attributes:
        key: the row's key.
        row: the row.
        value: what the call returned.
        number: where the row stands in its source: the line of a file, else the position, from 1.
        attempts: requests that it took; 0 where the call does not tell.
        seconds: from the row's being taken up to its outcome, retries and waits included.
    """

    key: str
    row: R_co
    value: T_co
    number: int
    attempts: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Failed(Generic[R_co]):
    """A row that has no result.

    Attributes:
        key: the row's key; of a row that cannot be read, "line N" or "row N".
        row: the row; None where it could not be read.
        error: what was wrong: of the row, of the request, or the last error of its call.
        number: where the row stands in its source: the line of a file, else the position, from 1.
        attempts: requests that were made for it.
        seconds: from the row's being taken up to its outcome, retries and waits included.
    """

    key: str
    row: R_co | None
    error: Exception
    number: int
    attempts: int = 0
    seconds: float = 0.0


Outcome: TypeAlias = Ok[R, T] | Failed[R]
"""What became of a row."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a batch.

    Attributes:
        ok: rows that succeeded in this run.
        failed: rows that failed in this run; they are in the file of failed rows.
        done_before: rows that an earlier run had done, and which were passed over.
        failed_before: rows that an earlier run had failed, and which were passed over.
        retries: requests made beyond the first of each row.
        input_tokens: tokens of the prompts, as far as the replies tell.
        output_tokens: tokens of the answers.
        cached_tokens: tokens of the prompts that came from the prefix cache.
        p50: seconds in which half the rows that succeeded were done, retries and waits included; None without any.
        p95: seconds in which 95 of 100 were done.
        latencies: how long they took, from which the two are read: seconds, right within 1 %, and the number of rows.
        level: rows that might be in flight at the end, where that is found out as with `concurrency="auto"`; of
            several processes all of theirs. None where it is a number that was given.
        seconds: wall clock of this run.
        stopped: why the run ended before all rows had an outcome; None if they all have one.
    """

    ok: int = 0
    failed: int = 0
    done_before: int = 0
    failed_before: int = 0
    retries: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    p50: float | None = None
    p95: float | None = None
    latencies: tuple[tuple[float, int], ...] = field(default=(), repr=False)
    level: int | None = None
    seconds: float = 0.0
    stopped: str | None = None

    @property
    def rows_per_second(self) -> float:
        """Rows that got an outcome in this run, by its seconds."""
        return (self.ok + self.failed) / self.seconds if self.seconds else 0.0

    def to_json(self) -> str:
        """The report as a JSON object of one line."""
        return json.dumps({**asdict(self), "rows_per_second": round(self.rows_per_second, 2)})

    def __str__(self) -> str:
        before = f"; of earlier runs {self.done_before:,} ok, {self.failed_before:,} failed"
        latency = "" if self.p50 is None or self.p95 is None else f", p50 {self.p50:.2f} s, p95 {self.p95:.2f} s"
        level = "" if self.level is None else f", {self.level} in flight at the end"
        return (
            f"{self.ok:,} ok, {self.failed:,} failed"
            f"{before if self.done_before or self.failed_before else ''}; "
            f"{self.seconds:.1f} s, {self.rows_per_second:.1f} rows/s{latency}{level}; "
            f"tokens {self.input_tokens:,} in ({self.cached_tokens:,} cached), {self.output_tokens:,} out; "
            f"{self.retries:,} retries"
        )
