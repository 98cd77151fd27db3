"""Tells which calls of a reply are one call that was sent twice: those with the same ID, name and arguments.

A call that comes again may also come without its arguments.
"""

from __future__ import annotations

import json
from collections.abc import Sequence


class SeenCalls:
    """The calls so far."""

    __slots__ = ("_seen",)

    def __init__(self) -> None:
        self._seen = set[tuple[str, str, str]]()

    def repeated(self, ids: Sequence[str], name: str, arguments: object, *, aliases: Sequence[str] = ()) -> bool:
        """Whether a call came before. Note it.

        Args:
            ids: The IDs that distinguish it from other calls.
            arguments: Its arguments, as far as they are known.
            aliases: Other IDs under which it may come again.
        """
        text = json.dumps(arguments, sort_keys=True) if arguments else ""
        if any((each, name, text) in self._seen for each in ids):
            return True
        self._seen |= {(each, name, known) for each in (*ids, *aliases) for known in ("", text)}
        return False
