"""Characters that a stream cuts in two: the first half ends one chunk's text, the second begins the next one's.

Owns the halves that are being waited for, and putting them together. It works on a chunk's plain JSON, before that is
validated, and must not know how chunks are read otherwise.

A character beyond U+FFFF is two escapes in JSON, and a server that streams its tokens as they are may send one at a
time. Such a chunk is no valid text, so it never comes here by the usual way of reading: only a chunk that could not be
read does, and those after it until the other half has come. A half whose other half never comes is U+FFFD.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TypeAlias

from ..request.json_codec import BOM, whole_text

Path: TypeAlias = tuple[str | int, ...]
"""Where a text stands in the message: names of fields, and for a list's items their `index`."""

HIGH = re.compile("[\ud800-\udbff]\\Z")

LOST = "\ufffd"

ESCAPED = re.compile(rb"\\u[dD][89a-fA-F]")
"""What every half, and every whole character of two, begins with."""


class Halves:
    """The halves that wait for their other half.

    Attributes:
        waiting: the halves, by the choice and the path of the text that they end.
    """

    __slots__ = ("waiting",)

    def __init__(self) -> None:
        self.waiting: dict[Path, str] = {}

    def joined(self, data: bytes) -> bytes:
        """A chunk's JSON with whole texts, but for a half at the end of one, which is kept for the next chunk.

        What is not JSON is left as it is.
        """
        try:
            value: object = json.loads(data.removeprefix(BOM).decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            return data
        for index, choice in _items(value.get("choices") if isinstance(value, dict) else None):
            delta = choice.get("delta")
            if isinstance(delta, dict):
                choice["delta"] = self._text(delta, (index,))
                if choice.get("finish_reason"):
                    self._give_up(index, choice["delta"])
        return json.dumps(_whole(value)).encode()

    def _text(self, node: object, path: Path) -> object:
        if isinstance(node, str) and node:
            text = self.waiting.pop(path, "") + node
            half = HIGH.search(text)
            if half is not None:
                self.waiting[path] = half[0]
                text = text[:-1]
            return whole_text(text)
        if isinstance(node, dict):
            return {name: self._text(each, (*path, name)) for name, each in node.items()}
        if isinstance(node, list):
            return [self._text(each, (*path, _index(each, place))) for place, each in enumerate(node)]
        return node

    def _give_up(self, index: int, delta: object) -> None:
        """The choice has ended: the halves that it still waits for are lost."""
        for path in [path for path in self.waiting if path[0] == index]:
            del self.waiting[path]
            _append(delta, path[1:])


def _append(node: object, path: Path) -> None:
    """Add U+FFFD to the text at a path, which may not be there."""
    *above, last = path
    for name, below in zip(above, path[1:], strict=True):
        node = _child(node, name, [] if isinstance(below, int) else {})
    if isinstance(node, dict):
        node[last] = (node.get(last) or "") + LOST


def _child(node: object, name: str | int, made: object) -> object:
    if isinstance(node, dict):
        if not node.get(name):
            node[name] = made
        return node[name]
    if isinstance(node, list):
        for place, each in enumerate(node):
            if _index(each, place) == name:
                return each
        node.append({"index": name})
        return node[-1]
    return None


def _items(choices: object) -> Iterator[tuple[int, dict[str, object]]]:
    for place, choice in enumerate(choices if isinstance(choices, list) else ()):
        if isinstance(choice, dict):
            yield _index(choice, place), choice


def _index(item: object, place: int) -> int:
    index = item.get("index") if isinstance(item, dict) else None
    return index if isinstance(index, int) else place


def _whole(node: object) -> object:
    """A value whose texts hold no halves."""
    match node:
        case str():
            return whole_text(node)
        case dict():
            return {whole_text(name): _whole(each) for name, each in node.items()}
        case list():
            return [_whole(each) for each in node]
        case _:
            return node
