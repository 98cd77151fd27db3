"""Strings that match a regular expression, for the plain expressions that JSON schemas use.

It owns a small reader: literals, classes, groups (the first alternative), counts and anchors. For anything else it
returns None, and the caller falls back to a guess.
"""

from __future__ import annotations

import re

_GUESSES = (
    "12.50",
    "1",
    "a",
    "A",
    "abc",
    "ABC",
    "A1",
    "a1",
    "abc-123",
    "ABC-123",
    "user@example.com",
    "2026-01-15",
    "12:30:00",
    "https://example.com",
    "+15550100",
    "1.0.0",
    "#336699",
)
LONGEST = 100_000
"""Characters of the longest string that is made."""

_CLASSES = {"d": "7", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a"}


class _Unreadable(Exception):
    pass


def matching(pattern: str) -> str | None:
    """Return a string in which the pattern is found, or None."""
    try:
        compiled = re.compile(pattern)
    except (re.error, RecursionError, OverflowError, ValueError):
        return None
    try:
        made = _Reader(pattern).alternatives()
        if compiled.search(made):
            return made
    except (_Unreadable, RecursionError):
        pass
    return next((guess for guess in _GUESSES if compiled.search(guess)), None)


class _Reader:
    def __init__(self, pattern: str) -> None:
        self._text = pattern
        self._at = 0

    def alternatives(self) -> str:
        """Read to the end of the group. Return the first alternative."""
        first: str | None = None
        made = ""
        while self._at < len(self._text) and self._text[self._at] != ")":
            if self._text[self._at] == "|":
                self._at += 1
                first = made if first is None else first
                made = ""
                continue
            atom, count = self._atom(), self._count()
            if len(made) + len(atom) * count > LONGEST:
                raise _Unreadable
            made += atom * count
        return made if first is None else first

    def _atom(self) -> str:
        character = self._take()
        match character:
            case "^" | "$":
                return ""
            case ".":
                return "a"
            case "(":
                if self._peek() == "?":
                    self._take()
                    if self._take() != ":":
                        raise _Unreadable
                made = self.alternatives()
                self._take()
                return made
            case "[":
                return self._class()
            case "\\":
                escaped = self._take()
                if escaped in "bBAZ":
                    return ""
                return _CLASSES.get(escaped, escaped)
            case _:
                return character

    def _class(self) -> str:
        if self._peek() == "^":
            raise _Unreadable
        first = self._take()
        if first == "\\":
            escaped = self._take()
            first = _CLASSES.get(escaped, escaped)
        while self._take() != "]":
            if self._text[self._at - 1] == "\\":
                self._take()
        return first

    def _count(self) -> int:
        match self._peek():
            case "*" | "?":
                count = 0
                self._take()
            case "+":
                count = 1
                self._take()
            case "{":
                end = self._text.find("}", self._at)
                low = self._text[self._at + 1 : end].partition(",")[0]
                if end < 0 or len(low) > 9 or not low.isdecimal():
                    raise _Unreadable
                count = int(low)
                self._at = end + 1
            case _:
                return 1
        if self._peek() in ("?", "+"):
            self._take()
        return count

    def _peek(self) -> str:
        return self._text[self._at] if self._at < len(self._text) else ""

    def _take(self) -> str:
        if self._at >= len(self._text):
            raise _Unreadable
        self._at += 1
        return self._text[self._at - 1]
