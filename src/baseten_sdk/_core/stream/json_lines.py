"""Reads a streamed body as JSON values, one on each line.

Errors come in the order of the lines, as in `text`.
"""

from __future__ import annotations

from ..._json_reading import BOM, decode_reply
from ...types.json import JsonValue
from .lines import LineBuffer, LineTooLong


class JSONLineError(ValueError):
    """A line is not a JSON value.

    Attributes:
        number: The number of the line, from 1.
        excerpt: Its beginning.
        reason: What is wrong with it.
    """

    def __init__(self, number: int, excerpt: str, reason: str) -> None:
        super().__init__(number, excerpt, reason)
        self.number = number
        self.excerpt = excerpt
        self.reason = reason

    def __str__(self) -> str:
        return f"line {self.number} is not a JSON value: {self.reason}; it begins with {self.excerpt!r}"


class JSONLinesDecoder:
    """Turns bytes into JSON values, one per line. Blank lines are skipped.

    Args:
        max_line_bytes: The maximum length of a line.
    """

    __slots__ = ("_failure", "_lines", "_number")

    def __init__(self, max_line_bytes: int) -> None:
        self._lines = LineBuffer(max_line_bytes)
        self._number = 0
        self._failure: JSONLineError | LineTooLong | None = None

    def feed(self, piece: bytes) -> list[JsonValue]:
        """Return the values that are now complete.

        Raises:
            JSONLineError: The next line is not a JSON value.
            LineTooLong: The next line is longer than allowed.
        """
        return self._read(self._lines.feed(piece))

    def flush(self) -> list[JsonValue]:
        """Return the value of the last line if it has no line end.

        Raises:
            JSONLineError: A line was not a JSON value.
            LineTooLong: A line was longer than allowed.
        """
        return self._read([self._lines.flush()])

    def _read(self, lines: list[bytes]) -> list[JsonValue]:
        values: list[JsonValue] = []
        if self._failure is None:
            for line in lines:
                self._number += 1
                text = (line.removeprefix(BOM) if self._number == 1 else line).strip(b" \t\r\n")
                if not text:
                    continue
                try:
                    values.append(decode_reply(text))
                except ValueError as error:
                    excerpt = text[:80].decode("utf-8", "replace")
                    self._failure = JSONLineError(self._number, excerpt, str(error))
                    break
            else:
                if self._lines.overrun:
                    self._failure = LineTooLong(self._lines.limit)
        if self._failure is not None and not values:
            raise self._failure
        return values
