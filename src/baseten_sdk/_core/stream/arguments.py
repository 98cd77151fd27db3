"""Holds the arguments of a streamed tool call until they are complete.

Some servers announce a call as done before its last piece has arrived, with empty or truncated arguments. So the
announcement is not trusted: the pieces are preferred, and a call is `ready` only once the pieces or the announced
arguments are a whole JSON object.
"""

from __future__ import annotations

import json
import re
from functools import cached_property

from .object_scanner import ObjectPieces

_EMPTY_FIRST = re.compile(r"\s*\{\s*\}\s*(?=\{)")

_DECODER = json.JSONDecoder()


class _Text:
    """A text, and the object that it begins with. It is read once, even if a caller asks at each event."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def object(self) -> dict[str, object] | None:
        return first_object(self.text)


class HeldArguments:
    """The arguments of one call.

    Attributes:
        announced: Whether the server has said that they are complete.
    """

    __slots__ = ("_announcement", "_known", "_pieces", "announced")

    def __init__(self) -> None:
        self.announced = False
        self._announcement = self._known = _Text("")
        self._pieces = ObjectPieces()

    def add(self, piece: str) -> None:
        if piece:
            self._pieces.append(piece)

    def announce(self, arguments: str = "") -> None:
        """Note that the server calls them complete, possibly with their text."""
        self.announced = True
        if len(arguments) > len(self._announcement.text):
            self._announcement = _Text(arguments)

    @property
    def whole(self) -> bool:
        """Whether the pieces form a whole JSON object."""
        return self._pieces.whole

    @property
    def ready(self) -> bool:
        """Whether they are announced and really complete."""
        # Some servers announce an empty object before the first piece arrives.
        return self.announced and (self.whole or bool(self._announcement.object))

    @property
    def text(self) -> str:
        """The arguments as far as they are known."""
        whole = self.whole
        text = without_empty("".join(self._pieces))
        if len(self._pieces) > 1:
            self._pieces.join(text)
        announced = self._announcement
        if whole or (len(announced.text) <= len(text) and announced.object is None):
            return text
        return announced.text

    @property
    def object(self) -> dict[str, object] | None:
        """The object that they are, as far as they are known. None if they are no whole object."""
        text = self.text
        if self._known.text != text:
            self._known = _Text(text)
        return self._known.object


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
