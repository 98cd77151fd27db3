"""A running batch at one moment: its numbers, a line of the log, and what a bar shows of it.

It must not know how anything is counted.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from ..._runs.progress_view import Look, Subject

logger = logging.getLogger("baseten_sdk.batch")


@dataclass(frozen=True, slots=True)
class Progress:
    """A running job at one moment.

    Attributes:
        ok: rows that succeeded.
        failed: rows that failed.
        skipped: rows of earlier runs that were passed over.
        in_flight: rows whose call is being made.
        level: how many may be.
        tokens: tokens so far, in and out.
        rows_per_second: outcomes a second, of late.
        tokens_per_second: tokens a second, of late.
        done: how much of the source was read, from 0 to 1; None where that is not known.
        eta: seconds that are left at this pace; None where that is not known.
        seconds: seconds so far.
    """

    ok: int
    failed: int
    skipped: int
    in_flight: int
    level: int
    tokens: int
    rows_per_second: float
    tokens_per_second: float
    done: float | None
    eta: float | None
    seconds: float

    def __str__(self) -> str:
        done = "" if self.done is None else f"{self.done:.1%}, "
        skipped = f", {self.skipped:,} done before" if self.skipped else ""
        eta = "" if self.eta is None else f", {duration(self.eta)} left"
        return (
            f"{done}{self.ok:,} ok, {self.failed:,} failed{skipped}, {self.in_flight} of {self.level} "
            f"in flight, {self.rows_per_second:,.1f} rows/s, {self.tokens_per_second:,.0f} tokens/s{eta}"
        )


def subject_of(name: str) -> Subject[Progress]:
    """What is shown of a batch with this name."""
    return Subject(name, _look, "share", logger, "batch")


def _look(progress: Progress) -> Look:
    eta = "" if progress.eta is None else f"  {duration(progress.eta)} left"
    skipped = f"  {progress.skipped:,} before" if progress.skipped else ""
    failed = "red" if progress.failed else "dim"
    text = (
        f"[green]{progress.ok:,} ok[/]  [{failed}]{progress.failed:,} failed[/]{skipped}"
        f"  {progress.in_flight}/{progress.level} in flight  {progress.rows_per_second:,.1f} rows/s"
        f"  {progress.tokens_per_second:,.0f} tokens/s{eta}"
    )
    return Look(progress.done or 0.0, None if progress.done is None else 1.0, text)


def duration(seconds: float) -> str:
    """A time as a person says it: "45 s", "3:20", "2:05:00"."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours:
        return f"{hours}:{minutes:02}:{rest:02}"
    return f"{minutes}:{rest:02}" if minutes else f"{rest} s"
