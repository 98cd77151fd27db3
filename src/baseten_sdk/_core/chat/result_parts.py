"""Results of tools that are parts of a message, such as images. They are sent as parts, not as JSON text.

Owns what makes a value such a result. It must not know how a result is added to a conversation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

Shapes: TypeAlias = Mapping[str, tuple[str, ...]]
"""The types of parts that a result may have, and the fields of which each must have one."""


def are_parts(value: object, shapes: Shapes) -> bool:
    """Whether a result is a list of parts. Records that have a type, but not the fields of a part, are data."""
    return isinstance(value, list | tuple) and bool(value) and all(_is_part(each, shapes) for each in value)


def _is_part(value: object, shapes: Shapes) -> bool:
    if not isinstance(value, Mapping):
        return False
    kind = value.get("type")
    fields = shapes.get(kind, ()) if isinstance(kind, str) else ()
    return any(value.get(field) is not None for field in fields)
