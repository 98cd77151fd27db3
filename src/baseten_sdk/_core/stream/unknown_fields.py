"""Merges the fields of a stream that the package does not know.

Text and lists are appended, objects are merged by the same rules, and for anything else the last value counts. Null
adds nothing. If every piece has the same text, it is a repeated text, not a longer one.
"""

from __future__ import annotations

from collections.abc import Mapping

APPENDED = frozenset({"arguments", "data", "transcript"})
"""Texts that come in pieces, so that two pieces may be equal: those of function calls and audio."""


class UnknownFields:
    """The unknown fields of one object."""

    __slots__ = ("_lists", "_objects", "_others", "_texts")

    def __init__(self) -> None:
        self._texts: dict[str, list[str]] = {}
        self._lists: dict[str, list[object]] = {}
        self._objects: dict[str, UnknownFields] = {}
        self._others: dict[str, object] = {}

    def add(self, fields: Mapping[str, object] | None) -> None:
        """Add the fields of a piece."""
        for name, value in (fields or {}).items():
            match value:
                case None:
                    pass
                case str():
                    self._texts.setdefault(name, []).append(value)
                case list():
                    self._lists.setdefault(name, []).extend(value)
                case dict():
                    self._objects.setdefault(name, UnknownFields()).add(value)
                case _:
                    self._others[name] = value

    def plain(self) -> dict[str, object]:
        """Return the fields as a dict."""
        if not (self._texts or self._lists or self._objects or self._others):
            return {}
        texts = {name: _joined(name, pieces) for name, pieces in self._texts.items()}
        objects = {name: each.plain() for name, each in self._objects.items()}
        return {**texts, **self._lists, **objects, **self._others}


def _joined(name: str, pieces: list[str]) -> str:
    parts = [piece for piece in pieces if piece]
    repeated = name not in APPENDED and bool(parts) and parts.count(parts[0]) == len(parts)
    return parts[0] if repeated else "".join(parts)
