"""A progress bar on a terminal, drawn by rich."""

from __future__ import annotations

from typing import Generic, TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress as Bars,
    ProgressColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

from .._terminal import visible
from .progress_view import BAR_SECONDS, Subject

P_contra = TypeVar("P_contra", contravariant=True)

WIDE = 110
"""Columns of a terminal with room for everything."""


class Bar(Generic[P_contra]):
    """Shows a run as one bar on standard error.

    Args:
        subject: What to show.
        console: Where to draw. None for standard error.
    """

    every = BAR_SECONDS

    def __init__(self, subject: Subject[P_contra], console: Console | None = None) -> None:
        self._look = subject.look
        self._console = console or Console(stderr=True)
        counted = subject.measure == "count"
        columns: list[ProgressColumn] = [TextColumn("{task.description}", markup=False), BarColumn()]
        columns.append(MofNCompleteColumn() if counted else TaskProgressColumn())
        columns.append(TextColumn("{task.fields[text]}"))
        if counted:
            columns.append(TimeElapsedColumn())
        self._bars = Bars(*columns, console=self._console)
        self._task = self._bars.add_task(visible(subject.name), total=None, text="")

    def __enter__(self) -> None:
        self._bars.start()

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def show(self, progress: P_contra, /) -> None:
        look = self._look(progress)
        text = look.text + look.more if self._console.width >= WIDE else look.text
        self._bars.update(self._task, completed=look.done, total=look.total, text=visible(text))

    def say(self, text: str, /) -> None:
        """Write a text above the bar."""
        self._console.print(visible(text), highlight=False, markup=False, soft_wrap=True)  # a command stays one line
