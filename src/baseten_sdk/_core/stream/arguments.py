"""Holds the arguments of a streamed tool call until they are complete.

Some servers announce a call as done before its last piece has arrived, with empty or truncated arguments. So the
announcement is not trusted: the pieces are preferred, and a call is `ready` only once the pieces or the announced
arguments are a whole JSON object.
"""

from __future__ import annotations

import json
import re

from .object_scanner import ObjectScanner

_EMPTY_FIRST = re.compile(r"\s*\{\s*\}\s*(?=\{)")

_DECODER = json.JSONDecoder()


class HeldArguments:
    """The arguments of one call.

    Attributes:
        announced: Whether the server has said that they are complete.
    """

    __slots__ = ("_announcement", "_pieces", "_scanned", "_scanner", "announced")

    def __init__(self) -> None:
        self.announced = False
        self._announcement = ""
        self._pieces: list[str] = []
        self._scanner = ObjectScanner()
        self._scanned = 0

    def add(self, piece: str) -> None:
        if piece:
            self._pieces.append(piece)

    def announce(self, arguments: str = "") -> None:
        """Note that the server calls them complete, possibly with their text."""
        self.announced = True
        if len(arguments) > len(self._announcement):
            self._announcement = arguments

    @property
    def whole(self) -> bool:
        """Whether the pieces form a whole JSON object. Each piece is scanned once."""
        for piece in self._pieces[self._scanned :]:
            self._scanner.feed(piece)
        self._scanned = len(self._pieces)
        return self._scanner.whole

    @property
    def ready(self) -> bool:
        """Whether they are announced and really complete."""
        # Some servers announce an empty object before the first piece arrives.
        return self.announced and (self.whole or bool(first_object(self._announcement)))

    @property
    def text(self) -> str:
        """The arguments as far as they are known."""
        whole = self.whole
        text = without_empty("".join(self._pieces))
        if len(self._pieces) > 1:
            # Join the pieces once, even if a caller asks at each event.
            self._pieces[:] = (text,)
            self._scanned = 1
        if whole or not self._announcement:
            return text
        return self._announcement if _is_object(self._announcement) or len(self._announcement) > len(text) else text


def without_empty(text: str) -> str:
    """Remove the empty object that some servers send before the real one."""
    found = _EMPTY_FIRST.match(text)
    return text[found.end() :] if found else text


def first_object(text: str) -> dict[str, object] | None:
    """Return the JSON object that a text begins with. Models have written prose after their arguments."""
    try:
        value, _ = _DECODER.raw_decode(without_empty(text).lstrip())
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _is_object(text: str) -> bool:
    return first_object(text) is not None
