"""JSON whose objects have each key once. A parser keeps the last of two equal keys and says nothing."""

from __future__ import annotations

import json
from collections import Counter

from pydantic_core import from_json

from ...types.json import JsonValue


class DoubledKey(ValueError):
    """An object has a key twice."""


def from_unique_json(text: bytes) -> JsonValue:
    """Return the value of a JSON text.

    Raises:
        DoubledKey: An object in it, at any depth, has a key twice.
        ValueError: It is not JSON.
    """
    value: JsonValue = from_json(text)
    # A quick look, enough for most rows: each key has its colon, and no string has one.
    if text.count(b":") > _keys(value):
        json.loads(text, object_pairs_hook=_check, parse_int=_unread, parse_float=_unread)
    return value


def _keys(value: JsonValue) -> int:
    if isinstance(value, dict):
        return len(value) + sum(map(_keys, value.values()))
    return sum(map(_keys, value)) if isinstance(value, list) else 0


def _check(pairs: list[tuple[str, object]]) -> None:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        name, count = Counter(names).most_common(1)[0]
        raise DoubledKey(f"it has the key {name!r} {count} times")


def _unread(number: str) -> None:
    """A number is not looked at, however long it is."""
