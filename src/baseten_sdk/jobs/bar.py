"""A bar on a terminal, by rich."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress as Bars, TextColumn, TimeElapsedColumn

from .progress import BAR_SECONDS, JobsProgress


class Bar:
    """Shows a run as one bar, on standard error."""

    every = BAR_SECONDS

    def __init__(self, console: Console | None = None) -> None:
        self._bars = Bars(
            TextColumn("jobs"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rest]}"),
            TimeElapsedColumn(),
            console=console or Console(stderr=True),
        )
        self._task = self._bars.add_task("jobs", total=None, rest="")

    def __enter__(self) -> None:
        self._bars.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def show(self, progress: JobsProgress) -> None:
        """Draw it."""
        total = progress.rows if progress.complete else None
        self._bars.update(self._task, completed=progress.over, total=total, rest=progress.rest)
