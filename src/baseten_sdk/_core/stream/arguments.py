"""The arguments of a tool call that comes in pieces, held until they are whole.

Owns the question whether they are. Some servers announce a call as done before its last piece has come, with arguments
that are empty or cut. So an announcement counts for what it is worth: the pieces are preferred, and a call is `ready`
only once one of both is a whole JSON object.
"""

from __future__ import annotations

import json

from .object_scanner import ObjectScanner

_DECODER = json.JSONDecoder()


class HeldArguments:
    """The arguments of one call.

    Attributes:
        announced: whether the server has said that they are complete.
    """

    __slots__ = ("_announcement", "_pieces", "_scanned", "_scanner", "announced")

    def __init__(self) -> None:
        self.announced = False
        self._announcement = ""
        self._pieces: list[str] = []
        self._scanner = ObjectScanner()
        self._scanned = 0

    def add(self, piece: str) -> None:
        """Take a piece in."""
        if piece:
            self._pieces.append(piece)

    def announce(self, arguments: str = "") -> None:
        """The server says that they are complete, and perhaps what they are."""
        self.announced = True
        if len(arguments) > len(self._announcement):
            self._announcement = arguments

    @property
    def whole(self) -> bool:
        """Whether the pieces are a whole JSON object. Each is looked at once."""
        for piece in self._pieces[self._scanned :]:
            self._scanner.feed(piece)
        self._scanned = len(self._pieces)
        return self._scanner.whole

    @property
    def ready(self) -> bool:
        """Whether they are complete, and really so."""
        return self.announced and (self.whole or _is_object(self._announcement))

    @property
    def text(self) -> str:
        """The arguments as far as they are known."""
        whole = self.whole
        text = "".join(self._pieces)
        if len(self._pieces) > 1:
            # Whoever asks at each event does not join them all each time.
            self._pieces[:] = (text,)
            self._scanned = 1
        if whole or not self._announcement:
            return text
        return self._announcement if _is_object(self._announcement) or len(self._announcement) > len(text) else text


def first_object(text: str) -> dict[str, object] | None:
    """The JSON object that a text begins with; models have written prose behind their arguments."""
    try:
        value, _ = _DECODER.raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _is_object(text: str) -> bool:
    return first_object(text) is not None
