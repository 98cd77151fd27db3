"""A bar on a terminal, by rich."""

from __future__ import annotations

import sys
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress as Bars, TaskProgressColumn, TextColumn

from .tally import Progress


class Bar:
    """Shows a job as one bar and a line below it."""

    every = 0.2

    def __init__(self, name: str, console: Console | None = None) -> None:
        self._console = console or Console(file=sys.stderr)
        self._bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[numbers]}"),
            console=self._console,
        )
        self._task = self._bars.add_task(name, total=None, numbers="")

    def __enter__(self) -> None:
        self._bars.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def show(self, progress: Progress) -> None:
        from .display import duration

        total = None if progress.done is None else 1.0
        eta = "" if progress.eta is None else f"  {duration(progress.eta)} left"
        skipped = f"  {progress.skipped:,} before" if progress.skipped else ""
        failed = "red" if progress.failed else "dim"
        numbers = (
            f"[green]{progress.ok:,} ok[/]  [{failed}]{progress.failed:,} failed[/]{skipped}"
            f"  {progress.in_flight}/{progress.level} in flight  {progress.rows_per_second:,.1f} rows/s"
            f"  {progress.tokens_per_second:,.0f} tokens/s{eta}"
        )
        self._bars.update(self._task, total=total, completed=progress.done or 0.0, numbers=numbers)

    def say(self, text: str) -> None:
        self._console.print(text, highlight=False, markup=False)
