"""How far a run is, shown: a bar where rich is installed and somebody looks, else a line of the log now and then."""

from __future__ import annotations

import logging
import sys
import time
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol, Self

from ..errors import ConfigurationError
from .live import Tally

logger = logging.getLogger("baseten_sdk.jobs")

LINES = 30.0
"""Seconds between two lines of the log."""


class Progress(AbstractContextManager["Progress"], Protocol):
    """Is shown how far a run is.

    Attributes:
        interval: seconds between two looks.
    """

    interval: float

    def show(self, tally: Tally) -> None:
        """The run is so far."""
        ...


class Silence:
    """Shows nothing."""

    interval = 60.0

    def show(self, tally: Tally) -> None:
        """Nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to end."""


class LogLines(Silence):
    """Writes a line now and then."""

    interval = 5.0

    def __init__(self) -> None:
        self._last = time.monotonic()

    def show(self, tally: Tally) -> None:
        """Write a line, if the last one is some time ago."""
        if time.monotonic() - self._last >= LINES:
            self._last = time.monotonic()
            logger.info("%s", line(tally))


class Bar:
    """Draws a bar with rich, on standard error."""

    interval = 0.2

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress as Drawing, TextColumn, TimeElapsedColumn

        self._drawing = Drawing(
            TextColumn("jobs"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rest]}"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
        )
        self._task = self._drawing.add_task("jobs", total=None, rest="")

    def show(self, tally: Tally) -> None:
        """Draw it."""
        total = tally.rows if tally.read else None
        self._drawing.update(self._task, completed=tally.over, total=total, rest=_rest(tally))

    def __enter__(self) -> Self:
        self._drawing.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._drawing.stop()


def choose(wanted: bool | None) -> Progress:
    """What shows the progress: asked for, or what suits the terminal.

    Raises:
        ConfigurationError: a bar was asked for, and rich is not installed.
    """
    if wanted is False:
        return Silence()
    if wanted is None and not sys.stderr.isatty():
        return LogLines()
    try:
        return Bar()
    except ImportError:
        if not wanted:
            return LogLines()
    raise ConfigurationError("progress=True needs rich: pip install 'baseten-sdk[jobs]'.")


def line(tally: Tally) -> str:
    """How far a run is, in a line."""
    total = f"{tally.rows:,}" if tally.read else f"{tally.rows:,} or more"
    return f"jobs: {tally.over:,} of {total} over, {_rest(tally)}"


def _rest(tally: Tally) -> str:
    parts = [f"{tally.sent:,} sent"]
    for count, name in ((tally.held, "held"), (tally.failed, "failed"), (tally.resubmitted, "sent again")):
        if count:
            parts.append(f"{count:,} {name}")
    if tally.queued is not None:
        parts.append(f"{tally.queued:,} queued")
    return ", ".join(parts)
