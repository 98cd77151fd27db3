"""How far a run is, shown: a bar where rich is installed and somebody looks, else a line of the log now and then.

It must not know how anything is counted.
"""

from __future__ import annotations

import importlib.util
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Protocol, TypeAlias

from ..errors import ConfigurationError

logger = logging.getLogger("baseten_sdk.jobs")

BAR_SECONDS = 0.2
TOLD_SECONDS = 0.5
LOG_SECONDS = 15.0


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


Show: TypeAlias = Literal["auto", "bar", "log", "none"] | Callable[[JobsProgress], object]
"""How to show a run: as fits, a bar, log lines, not at all, or by a function that is called now and then."""


class Display(Protocol):
    """Shows a run from time to time."""

    every: float
    """Seconds between two looks."""

    def __enter__(self) -> object: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None: ...

    def show(self, progress: JobsProgress) -> None:
        """Show the run as it is."""
        ...


def display_of(show: Show) -> Display:
    """What shows a run.

    Raises:
        ConfigurationError: there is no such display, or a bar was asked for and rich is not installed.
    """
    if callable(show):
        return _Told(show, TOLD_SECONDS)
    if show == "auto":
        has_rich = importlib.util.find_spec("rich") is not None
        show = "bar" if sys.stderr.isatty() and has_rich else "log"
    match show:
        case "bar":
            return _bar()
        case "log":
            return _Told(_log, LOG_SECONDS)
        case "none":
            return _Told(lambda progress: None, LOG_SECONDS)
        case _:
            raise ConfigurationError(f'progress must be "auto", "bar", "log", "none" or a function, not {show!r}.')


class _Told:
    def __init__(self, tell: Callable[[JobsProgress], object], every: float) -> None:
        self.every = every
        self._tell = tell

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def show(self, progress: JobsProgress) -> None:
        self._tell(progress)


def _log(progress: JobsProgress) -> None:
    logger.info("%s", progress)


def _bar() -> Display:
    try:
        from .bar import Bar
    except ImportError:
        raise ConfigurationError("progress=\"bar\" needs rich: pip install 'baseten-sdk[jobs]'.") from None
    return Bar()
