"""Tells which calls of a message are one call that was sent twice: those with the same ID, name and input."""

from __future__ import annotations

import json
from typing import TypeAlias

CallKey: TypeAlias = tuple[str, str, str]


def call_key(id: str, name: str, input: object) -> CallKey:
    """Return a key that is equal if a call was sent twice."""
    return id, name, json.dumps(input, sort_keys=True)
