"""What the commands of long runs share: options, the log, and the command that resumes the run."""

from __future__ import annotations

import logging
import shlex
import sys
from typing import Literal, TypeAlias

import typer

from .._characters import whole_text
from .._terminal import TerminalFormatter

Progress: TypeAlias = Literal["auto", "bar", "log", "none"]


def rows_in_flight(given: str) -> int | Literal["auto"]:
    """Read the value of --concurrency."""
    if given == "auto":
        return "auto"
    if not given.isdecimal():
        raise typer.BadParameter('--concurrency is a number or "auto".')
    return int(given)


def this_command() -> str:
    """Return the command as it was given, so far as it is text."""
    program = "python -m baseten_sdk" if sys.argv[0].endswith("__main__.py") else "baseten-sdk"
    return whole_text(f"{program} {shlex.join(sys.argv[1:])}")


def log_to_stderr() -> None:
    """Write the log of the batch to stderr, and nowhere else."""
    log = logging.getLogger("baseten_sdk.batch")
    if not log.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(TerminalFormatter(sys.stderr, "%(asctime)s %(message)s", "%H:%M:%S"))
        log.addHandler(handler)
        log.setLevel(logging.INFO)
        log.propagate = False
