"""Whether a text that comes in pieces is a whole JSON object.

Owns the brackets and quotes of one text. It must not know what the text is for, nor whether it is valid JSON otherwise.
"""

from __future__ import annotations

import re

MARKS = re.compile(r'["\\{}\[\]]')
"""What tells where an object ends."""


class ObjectScanner:
    """Finds out whether text that comes in pieces is a whole JSON object. It looks at each character once.

    Attributes:
        whole: whether it has been one since the last piece; blanks may stand behind it.
    """

    __slots__ = ("_depth", "_escaped", "_in_text", "_spoiled", "whole")

    def __init__(self) -> None:
        self.whole = False
        self._depth = 0
        self._in_text = False
        self._escaped = False
        self._spoiled = False

    def feed(self, piece: str) -> None:
        """Take more of the text in."""
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
