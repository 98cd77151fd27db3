"""What a batch returns: an outcome for each row, and a report of the whole."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Generic, TypeAlias, TypeVar

R = TypeVar("R")
T = TypeVar("T")
R_co = TypeVar("R_co", covariant=True)
T_co = TypeVar("T_co", covariant=True)

SHOWN = 3
"""Reasons that a report shows."""


@dataclass(frozen=True, slots=True)
class Ok(Generic[R_co, T_co]):
    """A row whose call succeeded.

    Attributes:
        key: The row's key.
        row: The row.
        value: What the call returned.
        number: The row's position in its source, from 1: in a file, its line.
        attempts: Requests that it took, as far as known. A call whose result lacks it, such as `predict`, counts
            0 if it needed no retry.
        seconds: Time from the start of the row to its outcome, with retries and waits.
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
        key: The row's key, or "line N" or "row N" if the row cannot be read.
        row: The row. None if it cannot be read.
        error: The problem of the row or of its request, or the last error of its call.
        number: The row's position in its source, from 1: in a file, its line.
        attempts: Requests that were made for it.
        seconds: Time from the start of the row to its outcome, with retries and waits.
    """

    key: str
    row: R_co | None
    error: Exception
    number: int
    attempts: int = 0
    seconds: float = 0.0


Outcome: TypeAlias = Ok[R, T] | Failed[R]
"""The outcome of a row."""


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a batch.

    Attributes:
        ok: Rows that succeeded in this run.
        failed: Rows that have failed and have no result, whether in this run or in an earlier one.
        done_before: Rows that were skipped because an earlier run had a result.
        failed_before: The failed rows among them that were skipped because an earlier run had failed them.
        retries: Requests made beyond the first of each row, those that the client itself retried among them.
        input_tokens: Tokens of the prompts, as far as the replies report them.
        output_tokens: Tokens of the answers.
        cached_tokens: Tokens of the prompts that came from the prefix cache.
        dollars: What the successful rows of this run cost. None without `prices=`, or if no row's cost is known.
        unpriced: Rows among them whose cost is not known, and not in `dollars`: their model has no price in the list,
            or a deployment answered, which is not paid by the token.
        p50: Seconds in which half of the successful rows were done, with retries and waits. None without such rows.
        p95: Seconds in which 95 of 100 successful rows were done.
        latencies: The histogram behind p50 and p95: seconds, exact within 1 %, and the number of rows.
        timeline: Rows that ended in each slice of the run: the slice's beginning in seconds, and the number of rows.
        concurrency: Rows that could be in flight at the end, if that number adapts, as with `concurrency="auto"`. For
            several processes, their sum. None if the number was given.
        seconds: Wall-clock time of this run.
        stopped: Why the run ended before all rows had an outcome. None if they all have one.
        reasons: The commonest reasons why rows failed in this run, each with the number of rows. If the run ended
            early, also why rows were waiting to be tried again; these rows have not failed.
        failures: The file of the failed rows. None if there are none, or if they went to the caller.
    """

    ok: int = 0
    failed: int = 0
    done_before: int = 0
    failed_before: int = 0
    retries: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    dollars: Decimal | None = None
    unpriced: int = 0
    p50: float | None = None
    p95: float | None = None
    latencies: tuple[tuple[float, int], ...] = field(default=(), repr=False)
    timeline: tuple[tuple[float, int], ...] = field(default=(), repr=False)
    concurrency: int | None = None
    seconds: float = 0.0
    stopped: str | None = None
    reasons: tuple[tuple[str, int], ...] = ()
    failures: str | None = None

    @property
    def rows_per_second(self) -> float:
        """Outcomes of this run per second."""
        return (self.ok + self.failed - self.failed_before) / self.seconds if self.seconds else 0.0

    @property
    def cache_hit_rate(self) -> float | None:
        """The share of the prompts' tokens that came from the prefix cache. None without tokens."""
        return self.cached_tokens / self.input_tokens if self.input_tokens else None

    def to_dict(self) -> dict[str, object]:
        """Return the report as values of JSON. Dollars are a string, so that none is lost."""
        rate = self.cache_hit_rate
        return {
            **asdict(self),
            "dollars": None if self.dollars is None else f"{self.dollars:f}",
            "cache_hit_rate": None if rate is None else round(rate, 4),
            "rows_per_second": round(self.rows_per_second, 2),
        }

    def to_json(self) -> str:
        """Return the report as a JSON object on one line."""
        return json.dumps(self.to_dict())

    def __str__(self) -> str:
        return self.in_words("retry_failed=True")

    def in_words(self, retry_failed: str) -> str:
        """Return the report as text: one line, and one more for each common reason if rows failed.

        Args:
            retry_failed: The name of the option that runs failed rows again.
        """
        before = f" ({self.failed_before:,} in earlier runs)" if self.failed_before else ""
        done = f", {self.done_before:,} done before" if self.done_before else ""
        latency = "" if self.p50 is None or self.p95 is None else f", p50 {self.p50:.2f} s, p95 {self.p95:.2f} s"
        concurrency = "" if self.concurrency is None else f", {self.concurrency} in flight at the end"
        hits = f", {self.cache_hit_rate:.0%}" if self.cached_tokens and self.cache_hit_rate is not None else ""
        unpriced = f" and {self.unpriced:,} rows of unknown cost" if self.unpriced else ""
        dollars = "" if self.dollars is None else f"${self.dollars:,.4f}{unpriced}; "
        lines = [
            f"{self.ok:,} ok, {self.failed:,} failed{before}{done}; "
            f"{self.seconds:.1f} s, {self.rows_per_second:.1f} rows/s{latency}{concurrency}; "
            f"tokens {self.input_tokens:,} in ({self.cached_tokens:,} cached{hits}), {self.output_tokens:,} out; "
            f"{dollars}{self.retries:,} retries"
        ]
        lines += [f"  {count:,} x {reason}" for reason, count in self.reasons[:SHOWN]]
        if self.failures is not None:
            lines.append(f"The failed rows are in {self.failures}. {retry_failed} runs them again.")
        return "\n".join(lines)
