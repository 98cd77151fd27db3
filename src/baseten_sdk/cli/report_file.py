"""The file of `--report`: checked before any row is run, and written at the end."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import typer

from .._runs.durable import PRIVATE
from ..batch import html_report, is_written
from ..errors import BatchOutputError
from ..types.batch import Report


def check_report(file: Path, others: Iterable[Path | None]) -> None:
    """Refuse a report that cannot be written.

    Args:
        others: The other files of the command, none of which it may overwrite.

    Raises:
        typer.BadParameter: It cannot be written.
    """
    if is_written(file, (each for each in others if each is not None)):
        raise typer.BadParameter(f"--report {file}: the command uses that file already. Choose another.")
    try:
        _try_to_open(file)
    except OSError as error:
        raise typer.BadParameter(f"--report {file}: it cannot be written: {error.strerror}.") from None


def write_report(file: Path, report: Report, command: str) -> None:
    """Write a report: HTML if the name says so, otherwise JSON.

    Raises:
        BatchOutputError: It cannot be written.
    """
    html = file.suffix in (".html", ".htm")
    try:
        # Only its owner can read it, because it holds the reasons of failures.
        with open(file, "w", encoding="utf-8", opener=_private) as opened:  # a path has no opener
            opened.write(html_report(report, command) if html else f"{report.to_json()}\n")
    except OSError as error:
        problem = "no program reads the pipe" if error.errno == errno.ENXIO else error.strerror
        raise BatchOutputError(f"The report {file} cannot be written: {problem}.") from None


def _private(path: str, flags: int) -> int:
    """Open a file that only its owner can read. A pipe that no program reads is an error, not a wait."""
    opened = os.open(path, flags | getattr(os, "O_NONBLOCK", 0), PRIVATE)
    os.set_blocking(opened, True)
    return opened


def _try_to_open(file: Path) -> None:
    """Open a file for writing, and leave everything as it was. A pipe is not opened, since its reader would end."""
    existed = os.path.exists(file)  # a link may lead to no file yet
    with suppress(FileNotFoundError):
        mode = file.stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            return
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT, PRIVATE))
    if not existed:
        os.unlink(os.path.realpath(file))
