"""Whether a stream of events that another library reads has said that its message is complete.

It looks for the marks of an end in the bytes, and reads nothing: whoever receives the stream does that.
"""

from __future__ import annotations

import re

MARK = re.compile(
    rb'\[DONE\]|"finish_reason": ?"|"type": ?"(?:message_stop|response\.(?:completed|incomplete|failed)|error)"'
    rb'|"error": ?[{"]|event: ?error'
)
"""How the chat, completions, messages and responses APIs end a stream, or say that it failed."""

LONGEST = 48
"""Bytes of a mark at most."""


class EndMark:
    """Looks at the pieces of a stream.

    Attributes:
        told: whether the stream has said that it ends here.
    """

    __slots__ = ("_tail", "told")

    def __init__(self) -> None:
        self.told = False
        self._tail = b""

    def feed(self, piece: bytes) -> None:
        """Look at the next piece."""
        if not self.told:
            self.told = MARK.search(self._tail + piece) is not None
            self._tail = (self._tail + piece)[-LONGEST:]
