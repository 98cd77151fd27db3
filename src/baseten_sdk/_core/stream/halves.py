"""Joins characters that a stream cuts in two: the first half ends one chunk's text, and the second begins the next
one's.

It works on a chunk's plain JSON before validation. It must not know how else chunks are read. A chunk holds deltas in
its choices, or it is itself a delta with an index. A delta is an object or a text. A choice of a text completion has
text instead of a delta.

In JSON, a character beyond U+FFFF may be written as two escapes, and a server that streams raw tokens may send one at a
time. Such a chunk is not valid text, so reading it fails. Only chunks that failed come here, and those after them until
the other half has arrived. A half whose other half never arrives becomes U+FFFD.
"""

from __future__ import annotations

import json
import re
from typing import TypeAlias

from ..._characters import whole_text
from ..._json_reading import BOM

Path: TypeAlias = tuple[str | int, ...]
"""The position of a text in a delta: field names, and `index` values for list items."""

HIGH = re.compile("[\ud800-\udbff]\\Z")

LOST = "\ufffd"

ESCAPED = re.compile(rb"\\u[dD][89a-fA-F]")
"""How every escaped half begins."""


class Halves:
    """The halves that wait for their other half.

    Attributes:
        waiting: For each choice, the halves by the path of the text that they end.
    """

    __slots__ = ("waiting",)

    def __init__(self) -> None:
        self.waiting: dict[int, dict[Path, str]] = {}

    def joined(self, data: bytes) -> bytes:
        """Return a chunk's JSON with whole texts. A half at the end of a text is kept for the next chunk.

        Text that is not JSON is returned unchanged.
        """
        try:
            value: object = json.loads(data.removeprefix(BOM).decode())
            choices = value.get("choices", [value]) if isinstance(value, dict) else None
            for position, choice in enumerate(choices if isinstance(choices, list) else ()):
                if isinstance(choice, dict):
                    self._join(_index(choice, position), choice)
            return json.dumps(_whole(value)).encode()
        except (ValueError, RecursionError):
            return data

    def _join(self, index: int, choice: dict[str, object]) -> None:
        delta = choice.get("delta")
        if delta is None and not choice.get("type") and isinstance(choice.get("text"), str):
            self._join_text(index, choice)
            return
        if not isinstance(delta, dict | str):
            return
        waiting = self.waiting.pop(index, {})
        choice["delta"] = joined = _texts(delta, (), waiting)
        if choice.get("finish_reason"):
            for path in waiting:
                _append(joined, path)
        elif waiting:
            self.waiting[index] = waiting

    def _join_text(self, index: int, choice: dict[str, object]) -> None:
        waiting = self.waiting.pop(index, {})
        joined = str(_texts(choice["text"], (), waiting))
        if waiting and choice.get("finish_reason"):
            joined += LOST
        elif waiting:
            self.waiting[index] = waiting
        choice["text"] = joined


def _texts(node: object, path: Path, waiting: dict[Path, str]) -> object:
    """Prepend the waiting halves to the texts of a part of a delta, and hold back the halves that now end them."""
    if isinstance(node, str) and node:
        text = waiting.pop(path, "") + node
        half = HIGH.search(text)
        if half is not None:
            waiting[path] = half[0]
            text = text[:-1]
        return text
    if isinstance(node, dict):
        return {name: _texts(each, (*path, name), waiting) for name, each in node.items()}
    if isinstance(node, list):
        return [_texts(each, (*path, _index(each, position)), waiting) for position, each in enumerate(node)]
    return node


def _append(node: object, path: Path) -> None:
    """Append U+FFFD to the text at a path, which may not exist yet. A list gets another piece of the same index."""
    name, *below = path
    if isinstance(node, dict) and isinstance(name, str):
        if not below:
            node[name] = (node.get(name) or "") + LOST
            return
        inner = node.get(name) or ([] if isinstance(below[0], int) else {})
        node[name] = inner
        _append(inner, tuple(below))
    elif isinstance(node, list) and below:
        piece: dict[str, object] = {"index": name}
        node.append(piece)
        _append(piece, tuple(below))


def _index(item: object, position: int) -> int:
    index = item.get("index") if isinstance(item, dict) else None
    return index if isinstance(index, int) else position


def _whole(node: object) -> object:
    """Return a value whose texts contain no halves."""
    match node:
        case str():
            return whole_text(node)
        case dict():
            return {whole_text(name): _whole(each) for name, each in node.items()}
        case list():
            return [_whole(each) for each in node]
        case _:
            return node
