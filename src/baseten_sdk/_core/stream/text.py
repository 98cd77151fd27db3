"""Reads raw streamed bodies as text, lines or JSON values. The result does not depend on where the bytes are cut.

Owns line ends, UTF-8 and the size limit of a line. It must not know where the bytes come from, nor what the lines mean.
`LineEnds` and `LineBuffer` also serve the decoder of server-sent events.

Theory of operation. No byte inside a longer UTF-8 character is a CR or LF, so lines are split as bytes and decoded one
by one. Each piece is scanned once. `LineEnds` turns every line end into LF at C speed. It remembers a CR at the end of
a piece, so that the line is complete at once and the LF of a cut CRLF is dropped. `LineBuffer` splits, and keeps only
the unfinished last line, in a bytearray that grows in amortized constant time.

Errors come in order: the lines before the bad one are returned first, and the next `feed` or `flush` raises the error.
So call `flush` at the end of a body, even if nothing more is expected.
"""

from __future__ import annotations

import codecs

from ..._json_reading import BOM, decode_reply
from ...types.json import JsonValue


class LineTooLong(ValueError):
    """A line is longer than allowed.

    Attributes:
        limit: The limit in bytes.
    """

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit

    def __str__(self) -> str:
        return f"a line is longer than {self.limit} bytes; see Limits(event=...)"


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


class LineEnds:
    """Turns CR and CRLF into LF, piece by piece."""

    __slots__ = ("_after_cr",)

    def __init__(self) -> None:
        self._after_cr = False

    def feed(self, piece: bytes) -> bytes:
        """Return the piece with LF only. A CR at its end counts as a line end at once."""
        if self._after_cr and piece:
            self._after_cr = False
            piece = piece.removeprefix(b"\n")
        if b"\r" in piece:
            self._after_cr = piece.endswith(b"\r")
            piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return piece


class LineBuffer:
    """Collects lines that end in LF. It stops at a line longer than the limit: see `overrun`."""

    __slots__ = ("_pending", "limit", "overrun")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.overrun = False
        """Whether a line was longer than the limit. If so, nothing more is read or returned."""
        self._pending = bytearray()

    @property
    def empty(self) -> bool:
        """Whether there is no unfinished line."""
        return not self._pending

    def feed(self, text: bytes) -> list[bytes]:
        """Return the lines that are now complete, without line ends, up to the first one that is too long."""
        if self.overrun:
            return []
        lines = text.split(b"\n")
        rest = lines.pop()
        if lines and self._pending:
            self._pending += lines[0]
            lines[0] = bytes(self._pending)
            self._pending = bytearray()
        self._pending += rest
        if len(self._pending) > self.limit:
            self._overrun()
        if lines and max(map(len, lines)) > self.limit:
            self._overrun()
            del lines[next(index for index, line in enumerate(lines) if len(line) > self.limit) :]
        return lines

    def flush(self) -> bytes:
        """Return the unfinished last line. b"" if the last line was complete."""
        rest = bytes(self._pending)
        self._pending = bytearray()
        return rest

    def _overrun(self) -> None:
        self.overrun = True
        self._pending = bytearray()


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
