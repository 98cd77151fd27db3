"""How a running job is shown: a bar by rich on a terminal, else a log line now and then.

It must not know how anything is counted.
"""

from __future__ import annotations

import importlib.util
import logging
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from .tally import Progress

if TYPE_CHECKING:
    from types import TracebackType

log = logging.getLogger("baseten_sdk.batch")

Show: TypeAlias = Literal["auto", "bar", "log", "none"] | Callable[[Progress], object]
"""How to show a job: as fits, a bar, log lines, not at all, or by a function that is called now and then."""

BAR_SECONDS = 0.2
LOG_SECONDS = 15.0


class Display(Protocol):
    """Shows a job from time to time."""

    every: float
    """Seconds between two looks."""

    def __enter__(self) -> object: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None: ...

    def show(self, progress: Progress) -> None:
        """Show the job as it is."""
        ...

    def say(self, text: str) -> None:
        """Tell the user something."""
        ...


def display_of(show: Show, name: str) -> Display:
    """What shows a job.

    Args:
        show: how.
        name: what the job is called.
    """
    if callable(show):
        return _Told(show, 0.5)
    if show == "auto":
        has_rich = importlib.util.find_spec("rich") is not None
        show = "bar" if sys.stderr.isatty() and has_rich else "log"
    if show == "bar":
        from .bar import Bar

        return Bar(name)
    return _Told(_log if show == "log" else _nothing, LOG_SECONDS)


class _Told:
    def __init__(self, tell: Callable[[Progress], object], every: float) -> None:
        self.every = every
        self._tell = tell

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def show(self, progress: Progress) -> None:
        self._tell(progress)

    def say(self, text: str) -> None:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def _log(progress: Progress) -> None:
    log.info("%s", in_words(progress))


def _nothing(progress: Progress) -> None:
    """Not shown."""


def in_words(progress: Progress) -> str:
    """A job at one moment, as a line."""
    done = "" if progress.done is None else f"{progress.done:.1%}, "
    skipped = f", {progress.skipped:,} done before" if progress.skipped else ""
    eta = "" if progress.eta is None else f", {duration(progress.eta)} left"
    return (
        f"{done}{progress.ok:,} ok, {progress.failed:,} failed{skipped}, {progress.in_flight} of {progress.level} "
        f"in flight, {progress.rows_per_second:,.1f} rows/s, {progress.tokens_per_second:,.0f} tokens/s{eta}"
    )


def duration(seconds: float) -> str:
    """A time as a person says it: "45 s", "3:20", "2:05:00"."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours:
        return f"{hours}:{minutes:02}:{rest:02}"
    return f"{minutes}:{rest:02}" if minutes else f"{rest} s"
