"""Finds texts at the top level of a JSON object that cannot be parsed as a whole. The time is linear in its size."""

from __future__ import annotations

import json
import re
from collections.abc import Collection

_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]+|[\]}]+|[:,]', re.DOTALL)
"""A string (to the end if it is not closed), consecutive brackets, or anything between members."""


def top_level_texts(body: bytes, names: Collection[str]) -> dict[str, str]:
    """Return the members with these names whose values are strings. If a name occurs twice, the first one counts."""
    found: dict[str, str] = {}
    depth = 0
    last: str | None = None
    name: str | None = None
    for token in _TOKEN.finditer(body):
        text = token[0]
        match text[:1]:
            case b"[" | b"{":
                depth += len(text)
            case b"]" | b"}":
                depth -= len(text)
            case b'"' if depth == 1:
                last = _text(text)
                if name is not None and name in names and name not in found and last is not None:
                    found[name] = last
                    if len(found) == len(names):
                        break
            case b":" if depth == 1:
                name = last
            case b"," if depth == 1:
                name = last = None
            case _:
                pass
    return found


def _text(token: bytes) -> str | None:
    try:
        text: object = json.loads(token)
    except ValueError:
        return None
    return text if isinstance(text, str) else None
