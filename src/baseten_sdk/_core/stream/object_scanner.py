"""Finds out whether a text that comes in pieces is a whole JSON object.

It tracks brackets and quotes. It must not know what the text is for, nor whether it is valid JSON otherwise.
"""

from __future__ import annotations

import re

MARKS = re.compile(r'["\\{}\[\]]')
"""The characters that decide where an object ends."""


class ObjectScanner:
    """Scans text that comes in pieces, each character once.

    Attributes:
        whole: Whether the text is a whole JSON object since the last piece. Blanks may follow it.
    """

    __slots__ = ("_depth", "_escaped", "_in_text", "_spoiled", "whole")

    def __init__(self) -> None:
        self.whole = False
        self._depth = 0
        self._in_text = False
        self._escaped = False
        self._spoiled = False

    def feed(self, piece: str) -> None:
        """Scan the next piece."""
        if self._depth == 0 and not self._spoiled:
            begun = piece.lstrip()
            if not begun:
                return
            self._spoiled = self.whole or not begun.startswith("{")
            self.whole = False
        if self._spoiled:
            return
        end = 0
        for found in MARKS.finditer(piece):
            if self._escaped and found.start() == end:
                self._escaped = False
                continue
            self._escaped = False
            end = found.end()
            self._mark(found[0])
            if self._depth == 0:
                self.whole = not piece[end:].strip()
                self._spoiled = not self.whole
                return
        self._escaped = self._escaped and end == len(piece)

    def _mark(self, mark: str) -> None:
        if mark == '"':
            self._in_text = not self._in_text
        elif self._in_text:
            self._escaped = mark == "\\"
        elif mark != "\\":
            self._depth += 1 if mark in "{[" else -1


class ObjectPieces(list[str]):
    """The pieces of a text that may become a JSON object."""

    __slots__ = ("_scanned", "_scanner")

    def __init__(self) -> None:
        super().__init__()
        self._scanner = ObjectScanner()
        self._scanned = 0

    @property
    def whole(self) -> bool:
        """Whether they form a whole JSON object. Each piece is scanned once."""
        for piece in self[self._scanned :]:
            self._scanner.feed(piece)
        self._scanned = len(self)
        return self._scanner.whole

    def join(self, text: str) -> None:
        """Replace the pieces by the text that they form, so that it is not joined again."""
        self[:] = (text,)
        self._scanned = 1
