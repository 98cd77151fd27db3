"""A running batch at one moment: its numbers, its line in the log, and what a bar shows of it.

It must not know how anything is counted.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from ..._runs.progress_view import Look, Subject, plain_markup

logger = logging.getLogger("baseten_sdk.batch")


@dataclass(frozen=True, slots=True)
class Progress:
    """A running batch at one moment.

    Attributes:
        ok: Rows that succeeded.
        failed: Rows that failed, in this run or in an earlier one.
        skipped: Rows that were skipped because an earlier run had a result.
        in_flight: Rows whose call is being made.
        concurrency: How many rows may be in flight.
        tokens: Tokens so far, of prompts and answers.
        rows_per_second: Outcomes a second, recently.
        tokens_per_second: Tokens a second, recently.
        done: How much of the source is done, from 0 to 1. None if that is not known.
        eta: Seconds that are left at this pace. None if that is not known.
        seconds: Seconds so far.
        waiting: Rows in flight that wait for another try.
        reason: Why they wait; if none waits, why most rows failed. None if nothing is wrong.
    """

    ok: int
    failed: int
    skipped: int
    in_flight: int
    concurrency: int
    tokens: int
    rows_per_second: float
    tokens_per_second: float
    done: float | None
    eta: float | None
    seconds: float
    waiting: int = 0
    reason: str | None = None

    def __str__(self) -> str:
        done = "" if self.done is None else f"{self.done:.1%}, "
        skipped = f", {self.skipped:,} done before" if self.skipped else ""
        eta = "" if self.eta is None else f", {duration(self.eta)} left"
        return (
            f"{done}{self.ok:,} ok, {self.failed:,} failed{skipped}, {self.in_flight} of {self.concurrency} "
            f"in flight, {self.rows_per_second:,.1f} rows/s, {self.tokens_per_second:,.0f} tokens/s{eta}"
            f"{_trouble(self)}"
        )


def subject_of(name: str) -> Subject[Progress]:
    """Return what is shown of a batch with this name."""
    return Subject(name, _look, "share", logger, "batch")


def _look(progress: Progress) -> Look:
    eta = "" if progress.eta is None else f"  {duration(progress.eta)} left"
    skipped = f"  {progress.skipped:,} before" if progress.skipped else ""
    failed = "red" if progress.failed else "dim"
    trouble = plain_markup(_trouble(progress))
    text = (
        f"[green]{progress.ok:,} ok[/]  [{failed}]{progress.failed:,} failed[/]{skipped}"
        f"  {progress.rows_per_second:,.1f} rows/s{eta}{trouble}"
    )
    more = f"  {progress.in_flight}/{progress.concurrency} in flight  {progress.tokens_per_second:,.0f} tokens/s"
    return Look(progress.done or 0.0, None if progress.done is None else 1.0, text, more)


def _trouble(progress: Progress) -> str:
    if progress.waiting:
        return f"; {progress.waiting} wait to be tried again after {progress.reason}"
    return f"; most failures: {progress.reason}" if progress.reason else ""


def duration(seconds: float) -> str:
    """Return a time as a person says it: "45 s", "3:20", "2:05:00"."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours:
        return f"{hours}:{minutes:02}:{rest:02}"
    return f"{minutes}:{rest:02}" if minutes else f"{rest} s"
