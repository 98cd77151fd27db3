"""Finds out whether a stream that another library reads has announced its end.

It looks for end marks in the bytes and reads nothing else: the receiver of the stream reads it.
"""

from __future__ import annotations

import re

MARK = re.compile(
    rb'\[DONE\]|"finish_reason": ?"|"type": ?"(?:message_stop|response\.(?:completed|incomplete|failed)|error)"'
    rb'|"error": ?[{"]|event: ?error'
)
"""How streams of chat, completions, messages and responses end, or report a failure."""

LONGEST = 48
"""Maximum length of a mark in bytes."""


class EndMark:
    """Looks at the pieces of a stream.

    Attributes:
        found: Whether the stream has announced its end.
    """

    __slots__ = ("_tail", "found")

    def __init__(self) -> None:
        self.found = False
        self._tail = b""

    def feed(self, piece: bytes) -> None:
        """Look at the next piece."""
        if not self.found:
            self.found = MARK.search(self._tail + piece) is not None
            self._tail = (self._tail + piece)[-LONGEST:]
