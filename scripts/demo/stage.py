"""What the demo puts on the screen, and the account of what was right.

Owns headings, wrapping, colors and the checks. It must not know the SDK.
"""

from __future__ import annotations

import os
import shutil
import textwrap
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import TextIO

MARGIN = "   "
WIDEST = 100
"""Columns that are used of a wider terminal."""

BOLD, DIM, GREEN, RED, CYAN = "1", "2", "32", "31", "36"


class Stage:
    """Writes to a stream, in color if that is a terminal.

    Attributes:
        scenes: How many scenes were played.
        failures: What was not right.
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._colored = out.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
        self._width = min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST)
        self._column = 0
        self.scenes = 0
        self.failures: list[str] = []

    @contextmanager
    def scene(self, title: str) -> Generator[None]:
        """Show a heading, then what the body shows, then the time it took. An exception is a failure, not the end."""
        self.scenes += 1
        failed = len(self.failures)
        self._line("")
        self._line(f"{self.scenes:2} {self._styled(title, BOLD, CYAN)}")
        started = time.perf_counter()
        try:
            yield
        except Exception as error:
            self.check(False, "; ".join(f"{type(each).__name__}: {each}" for each in _leaves(error)))
        seconds = f"{time.perf_counter() - started:.2f} s"
        verdict = self._styled("ok", GREEN) if len(self.failures) == failed else self._styled("not right", RED)
        self._line(f"{MARGIN}{verdict} {self._styled(seconds, DIM)}")

    def say(self, text: str) -> None:
        """Show a paragraph."""
        self._paragraph(text)

    def note(self, text: str) -> None:
        """Show a paragraph that stands back."""
        self._paragraph(text, DIM)

    def piece(self, text: str) -> None:
        """Show more of a running text at once, and begin a new line where it would not fit."""
        first, *rest = text.split("\n")
        self._append(first)
        for each in rest:
            self._break()
            self._append(each)
        self._out.flush()

    def _append(self, text: str) -> None:
        if not text:
            return
        if self._column + len(text) > self._width:
            self._break()
        if self._column == 0:
            self._column = self._out.write(MARGIN)
            text = text.lstrip()
        self._column += self._out.write(text)

    def _break(self) -> None:
        if self._column:
            self._out.write("\n")
            self._column = 0

    def check(self, right: bool, claim: str) -> None:
        """Note a claim that does not hold; what holds need not be said."""
        if not right:
            self.failures.append(claim)
            self._paragraph(f"wrong: {claim}", RED)

    def conclude(self) -> None:
        """Show how it went."""
        self._line("")
        if self.failures:
            self._line(self._styled(f"Failures: {len(self.failures)}, in {self.scenes} scenes.", BOLD, RED))
        else:
            self._line(self._styled(f"All {self.scenes} scenes were right.", BOLD, GREEN))

    def _paragraph(self, text: str, *styles: str) -> None:
        for line in textwrap.wrap(text, self._width, initial_indent=MARGIN, subsequent_indent=MARGIN):
            self._line(self._styled(line, *styles))

    def _line(self, text: str) -> None:
        self._break()
        self._out.write(f"{text}\n")
        self._out.flush()

    def _styled(self, text: str, *styles: str) -> str:
        return f"\x1b[{';'.join(styles)}m{text}\x1b[0m" if self._colored and styles else text


def _leaves(error: Exception) -> list[Exception]:
    """The errors of a group, or the error itself."""
    if isinstance(error, ExceptionGroup):
        return [leaf for each in error.exceptions for leaf in _leaves(each)]
    return [error]
