"""Tells which calls of a message are one call that was sent twice: those with the same ID, name and input.

A call that comes again may also come without its input.
"""

from __future__ import annotations

import json


class SeenCalls:
    """The calls so far."""

    __slots__ = ("_seen",)

    def __init__(self) -> None:
        self._seen = set[tuple[str, str, str]]()

    def repeated(self, id: str, name: str, input: object) -> bool:
        """Whether a call came before. Note it."""
        key = id, name, json.dumps(input, sort_keys=True) if input else ""
        known = key in self._seen
        self._seen |= {key, (id, name, "")}
        return known
