"""Makes text safe for a terminal.

A model, a server or a file can put escape sequences into a text. They move the cursor, set the title, fill the
clipboard, or reverse the order of what follows. On a terminal, each such character is shown as its escape, such as
`\\u001b`. A pipe or a file gets the text unchanged. It imports nothing of the package.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""C0 controls except newline and tab, DEL, C1, line and paragraph separators, and direction controls."""


def visible(text: str) -> str:
    """Escape every character that a terminal would obey, except newlines and tabs."""
    return _OBEYED.sub(_escape, text.replace("\r\n", "\n"))


def shown_on(stream: TextIO | None, text: str) -> str:
    """Return the text for a stream: escaped for a terminal, otherwise unchanged."""
    return visible(text) if is_terminal(stream) else text


def say(text: str) -> None:
    """Write a line of this program to stderr, if it has one."""
    if sys.stderr is not None:
        sys.stderr.write(f"{shown_on(sys.stderr, text)}\n")
        sys.stderr.flush()


def parse_arguments(parser: ArgumentParser, arguments: Sequence[str] | None) -> Namespace:
    """Parse the arguments of a process. It ends if they are wrong; the ones that it does not know are shown."""
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        parser.error(shown_on(sys.stderr, f"unrecognized arguments: {' '.join(unknown)}"))
    return options


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a stream is an open terminal."""
    return stream is not None and not stream.closed and stream.isatty()


class TerminalFormatter(logging.Formatter):
    """Formats log records for a stream. It escapes what a terminal would obey."""

    def __init__(self, stream: TextIO | None, form: str, date: str | None = None) -> None:
        super().__init__(form, date)
        self._stream = stream

    def format(self, record: logging.LogRecord) -> str:
        return shown_on(self._stream, super().format(record))


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
