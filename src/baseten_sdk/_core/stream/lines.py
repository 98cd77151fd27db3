"""Cuts a streamed body into lines, wherever its pieces begin and end, and limits the size of a line.

Theory of operation. No byte inside a longer UTF-8 character is a CR or LF, so lines are split as bytes. Each piece is
scanned once. `LineEnds` turns every line end into LF at C speed. It remembers a CR at the end of a piece, so that the
line is complete at once and the LF of a cut CRLF is dropped. `LineBuffer` splits, and keeps only the unfinished last
line, in a bytearray that grows in amortized constant time.
"""

from __future__ import annotations


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
