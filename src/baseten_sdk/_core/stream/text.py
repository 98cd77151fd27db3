"""Reads a streamed body as text or lines of text. The result does not depend on where the bytes are cut.

Errors come in order: the lines before the bad one are returned first, and the next `feed` or `flush` raises the error.
So call `flush` at the end of a body, even if nothing more is expected.
"""

from __future__ import annotations

import codecs

from .lines import LineBuffer, LineEnds, LineTooLong


class TextDecoder:
    """Turns bytes into text: UTF-8, with characters rejoined across pieces, and bad bytes as U+FFFD."""

    __slots__ = ("_decoder",)

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, piece: bytes) -> str:
        """Return the text that is now complete."""
        return self._decoder.decode(piece)

    def flush(self) -> str:
        """Return U+FFFD if the last character was cut, otherwise nothing."""
        return self._decoder.decode(b"", final=True)


class LineDecoder:
    """Turns bytes into lines of text. They end with LF, CRLF or CR only (not U+2028, U+0085, VT or FF).

    Args:
        max_line_bytes: The maximum length of a line.
    """

    __slots__ = ("_ends", "_lines")

    def __init__(self, max_line_bytes: int) -> None:
        self._ends = LineEnds()
        self._lines = LineBuffer(max_line_bytes)

    def feed(self, piece: bytes) -> list[str]:
        """Return the lines that are now complete, without line ends.

        Raises:
            LineTooLong: The next line is longer than allowed.
        """
        lines = self._lines.feed(self._ends.feed(piece))
        if self._lines.overrun and not lines:
            raise LineTooLong(self._lines.limit)
        return [line.decode("utf-8", "replace") for line in lines]

    def flush(self) -> list[str]:
        """Return the last line if it has no line end.

        Raises:
            LineTooLong: A line was longer than allowed.
        """
        if self._lines.overrun:
            raise LineTooLong(self._lines.limit)
        rest = self._lines.flush()
        return [rest.decode("utf-8", "replace")] if rest else []
