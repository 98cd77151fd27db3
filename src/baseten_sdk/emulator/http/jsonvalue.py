"""JSON values: their type, one way to write them, and readers that forgive a wrong type.

It owns nothing about any endpoint.
"""

from __future__ import annotations

import json
from typing import TypeAlias

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"
Object: TypeAlias = "dict[str, JSON]"


def dump(value: JSON) -> bytes:
    """Encode as compact UTF-8 JSON. A lone surrogate stays an escape, because UTF-8 cannot express it."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def load(data: bytes | str) -> JSON:
    """Parse JSON; bare NaN and Infinity are read, as the service reads them.

    Raises:
        ValueError: The text is not JSON, or not UTF-8.
    """
    value: JSON = json.loads(data)
    return value


def as_object(value: JSON) -> Object:
    return value if isinstance(value, dict) else {}


def as_list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []


def as_text(value: JSON, default: str = "") -> str:
    return value if isinstance(value, str) else default


def as_number(value: JSON) -> float | None:
    """Return an int or float that is not a bool."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
