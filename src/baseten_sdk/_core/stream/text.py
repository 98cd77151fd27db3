"""Raw streamed bodies as text, as lines and as JSON values, whichever way their bytes were cut.

Owns line ends, UTF-8 and the bound on one line. It must not know where the bytes come from, nor what the
lines mean; `LineEnds` and `LineBuffer` also serve the decoder of server-sent events.

Theory of operation. A byte of UTF-8 that is part of a longer character is never a CR or LF, so lines are
split as bytes and decoded one by one. Each piece is looked at once: `LineEnds` makes every line end an LF
at C speed, remembering a CR at the end of a piece so that a line is complete at once and the LF of a cut
CRLF is swallowed; `LineBuffer` splits and keeps only the unfinished last line, in a bytearray that grows in
amortised constant time.

Errors come in order: whatever was complete before the bad line is returned first, and the error is raised
by the next `feed` or `flush`. So the end of a body has to be told with `flush`, even when nothing more is
expected.
"""

from __future__ import annotations

import codecs

from ..._json_reading import decode_reply
from ...types.json import JsonValue

DEFAULT_MAX_LINE_BYTES = 8 * 1024 * 1024

BOM = codecs.BOM_UTF8


class LineTooLong(ValueError):
    """A line is longer than allowed.

    Attributes:
        limit: the bound in bytes.
    """

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit

    def __str__(self) -> str:
        return f"a line is longer than {self.limit} bytes; see Limits(event=...)"


class JSONLineError(ValueError):
    """A line is not a JSON value.

    Attributes:
        number: the line, counted from 1.
        excerpt: its beginning.
        reason: what is wrong with it.
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
        """The piece with LF alone. A CR at its end is a line end at once."""
        if self._after_cr and piece:
            self._after_cr = False
            piece = piece.removeprefix(b"\n")
        if b"\r" in piece:
            self._after_cr = piece.endswith(b"\r")
            piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return piece


class LineBuffer:
    """Gathers lines that end in LF. A line longer than the limit ends it: see `overrun`."""

    __slots__ = ("_pending", "limit", "overrun")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.overrun = False
        """Whether a line was longer than the limit. Nothing is taken or given after it."""
        self._pending = bytearray()

    @property
    def empty(self) -> bool:
        """Whether there is no unfinished line."""
        return not self._pending

    def feed(self, text: bytes) -> list[bytes]:
        """The lines that are complete now, up to the first that is too long, without their line ends."""
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
        """The unfinished last line; b"" where the last line was complete."""
        rest = bytes(self._pending)
        self._pending = bytearray()
        return rest

    def _overrun(self) -> None:
        self.overrun = True
        self._pending = bytearray()


class TextDecoder:
    """Bytes to text: UTF-8, characters cut between two pieces made whole, bad bytes as U+FFFD."""

    __slots__ = ("_decoder",)

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, piece: bytes) -> str:
        """The text that is complete now."""
        return self._decoder.decode(piece)

    def flush(self) -> str:
        """What is left at the end: U+FFFD for a cut character, else nothing."""
        return self._decoder.decode(b"", final=True)


class LineDecoder:
    """Bytes to lines of text, ended by LF, CRLF or CR and by nothing else (not U+2028, U+0085, VT or FF).

    Args:
        max_line_bytes: the longest line that is taken.
    """

    __slots__ = ("_ends", "_lines")

    def __init__(self, max_line_bytes: int = DEFAULT_MAX_LINE_BYTES) -> None:
        self._ends = LineEnds()
        self._lines = LineBuffer(max_line_bytes)

    def feed(self, piece: bytes) -> list[str]:
        """The lines that are complete now, without their line ends.

        Raises:
            LineTooLong: the next line is longer than allowed.
        """
        lines = self._lines.feed(self._ends.feed(piece))
        if self._lines.overrun and not lines:
            raise LineTooLong(self._lines.limit)
        return [line.decode("utf-8", "replace") for line in lines]

    def flush(self) -> list[str]:
        """The last line, where it has no line end.

        Raises:
            LineTooLong: a line was longer than allowed.
        """
        if self._lines.overrun:
            raise LineTooLong(self._lines.limit)
        rest = self._lines.flush()
        return [rest.decode("utf-8", "replace")] if rest else []


class JSONLinesDecoder:
    """Bytes to JSON values, one a line; blank lines are skipped.

    Args:
        max_line_bytes: the longest line that is taken.
    """

    __slots__ = ("_failure", "_lines", "_number")

    def __init__(self, max_line_bytes: int = DEFAULT_MAX_LINE_BYTES) -> None:
        self._lines = LineBuffer(max_line_bytes)
        self._number = 0
        self._failure: JSONLineError | LineTooLong | None = None

    def feed(self, piece: bytes) -> list[JsonValue]:
        """The values that are complete now.

        Raises:
            JSONLineError: the next line is not a JSON value.
            LineTooLong: the next line is longer than allowed.
        """
        return self._read(self._lines.feed(piece))

    def flush(self) -> list[JsonValue]:
        """The value of the last line, where it has no line end.

        Raises:
            JSONLineError: a line was not a JSON value.
            LineTooLong: a line was longer than allowed.
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
