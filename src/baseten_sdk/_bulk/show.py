"""Shows the progress of a call with many inputs, as a bar or log lines, once the call has taken a while."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

import anyio

from .._runs.display import display_of
from .._runs.progress_view import Look, Subject
from ..types.many import InputProgress
from .options import Bulk

V = TypeVar("V")

LONG = 2.0
"""After this many seconds, a call counts as long."""

logger = logging.getLogger("baseten_sdk")


async def show(bulk: Bulk[V], progress: Callable[[], InputProgress]) -> None:
    """Show a call until it is canceled."""
    display = display_of(bulk.progress, Subject(bulk.what, _look, "count", logger, "batch"))
    if bulk.progress == "auto":
        await anyio.sleep(LONG)
    with display:
        try:
            while True:
                await anyio.sleep(display.every)
                display.show(progress())
        finally:
            display.show(progress())


def _look(progress: InputProgress) -> Look:
    rate = progress.done / progress.seconds if progress.seconds else 0.0
    failed = f"[red]{progress.failed:,} failed[/]  " if progress.failed else ""
    text = f"{failed}{progress.in_flight}/{progress.concurrency} in flight  {rate:,.0f} inputs/s"
    return Look(float(progress.done + progress.failed), progress.total, text)
