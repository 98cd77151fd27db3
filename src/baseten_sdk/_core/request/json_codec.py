"""Request bodies as JSON.

Owns how a body is encoded. It must not know what a body means.

Theory of operation. Nearly every body is plain JSON, which `pydantic_core.to_json` writes in a fraction of the standard
library's time, above all if its texts are long. But it also writes NaN, bytes, sets and tuple keys, silently. So
`_is_plain` looks through the body first. Everything else goes to the standard library's encoder, which refuses NaN,
invalid keys and cycles. It passes what is not JSON to `plain`, which converts models, dates and the like, and refuses
bytes, sets and iterators. Only after a failure does `json_flaws` search the value, to find the path of the problem.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from pydantic_core import from_json, to_json

from ..._characters import whole_characters
from ...errors import InvalidRequestError
from .json_flaws import explain
from .json_plain import plain

LEVELS = 16
"""How deep a body may be to be looked through. It also ends the search in a value that contains itself."""

LARGE = 2.0**63
"""Larger numbers are left to the standard library, which refuses infinity and integers of thousands of digits."""


def encode_json(value: object) -> bytes:
    """Encode a value as compact UTF-8 JSON.

    Pydantic models (by alias), dataclasses, dates, UUIDs, decimals, enums, paths and the like are written as pydantic
    writes them. Numpy scalars and arrays become numbers and lists. Keys may be whatever `json.dumps` takes: strings,
    numbers, booleans and None.

    Raises:
        InvalidRequestError: Something in it cannot be encoded. The message names its path.
    """
    try:
        return to_json(value) if _is_plain(value) else _ENCODER.encode(value).encode("utf-8")
    except Exception as error:
        # This also runs the caller's code: model serializers and dataclass properties.
        problem = explain(value, error)
        if problem is None:
            raise  # The value may be fine: a signal handler can raise here, such as the time limit of a task queue.
    raise InvalidRequestError(problem)


def encode_tool_result(value: object) -> str:
    """Encode a value as compact JSON text, with U+FFFD for half of a surrogate pair.

    Raises:
        InvalidRequestError: Something in it cannot be encoded.
    """
    try:
        return encode_json(value).decode()
    except InvalidRequestError:
        try:
            escaped = _ASCII_ENCODER.encode(value).encode()
        except Exception:
            escaped = None
        if escaped is None:
            raise
    text: str = _ENCODER.encode(from_json(whole_characters(escaped)))
    return text


def _is_plain(value: object, levels: int = LEVELS) -> bool:
    """Whether a value is a list or an object that consists of the types that `json.loads` makes."""
    if type(value) is dict:
        for name in value:
            if type(name) is not str:
                return False
        parts: Iterable[object] = value.values()
    elif type(value) is list:
        parts = value
    else:
        return False
    for part in parts:
        kind = type(part)
        if kind is str or kind is bool or part is None:
            continue
        if type(part) is float or type(part) is int:
            if not -LARGE < part < LARGE:
                return False
        elif not levels or not _is_plain(part, levels - 1):
            return False
    return True


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=plain)
_ASCII_ENCODER = json.JSONEncoder(allow_nan=False, separators=(",", ":"), default=plain)
