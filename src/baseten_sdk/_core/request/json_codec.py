"""Request bodies as JSON.

Owns what can be encoded as JSON, and the message for what cannot. It must not know what a body means.

Theory of operation. Nearly every body is plain JSON, which `pydantic_core.to_json` writes in a fraction of the standard
library's time, above all if its texts are long. But it also writes NaN, bytes, sets and tuple keys, silently. So
`_is_plain` looks through the body first. Everything else goes to the standard library's encoder, which refuses NaN,
invalid keys and cycles. It passes what is not JSON to `_plain`, which converts models, dates and the like, and refuses
bytes, sets and iterators. Only after a failure is the value searched step by step, to find the path of the problem.
"""

from __future__ import annotations

import dataclasses
import json
import math
import reprlib
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence, Set as AbstractSet
from decimal import Decimal
from types import FunctionType, MethodType
from typing import Protocol, get_origin, runtime_checkable

from pydantic_core import from_json, to_json, to_jsonable_python

from ..._characters import SURROGATE, whole_characters
from ..._kinds import type_name
from ..._numbers import SupportsArray
from ...errors import InvalidRequestError

DEEP = 100
"""From this many levels on, a value that failed to encode is reported as too deeply nested."""

LEVELS = 16
"""How deep a body may be to be looked through. It also ends the search in a value that contains itself."""

LARGE = 2.0**63
"""Larger numbers are left to the standard library, which refuses infinity and integers of thousands of digits."""

MAX_PATH = 160
"""Characters of a path that an error shows."""

MAX_REASON = 200


@runtime_checkable
class SupportsRead(Protocol):
    """An open file."""

    def read(self) -> object: ...


class _Refused(TypeError):
    """A value cannot be encoded as JSON. The message says why."""


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
        problem = _explain(value, error)
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


def _plain(value: object) -> object:
    """Convert a value that is not plain JSON for the encoder, one level deep if that is enough."""
    if isinstance(value, type) or get_origin(value) is not None:
        raise _Refused(
            f"{type_name(value)} is a type; pass a value of it. For the type of a reply, pass it as response_model="
        )
    if hasattr(value, "__pydantic_serializer__"):
        return to_jsonable_python(value)
    match value:
        case SupportsRead():
            raise _Refused("an open file has no JSON form; pass its content, file.read(), or send a form with files=")
        case FunctionType() | MethodType():
            raise _Refused(f"the function {value.__name__} has no JSON form; pass what it returns")
        case bytes() | bytearray() | memoryview():
            raise _Refused(f"{type(value).__name__} has no JSON form; send text, or base64 of it")
        case AbstractSet():
            raise _Refused(f"{type(value).__name__} has no order and no JSON form; send a list")
        case Iterator() | AsyncIterator():
            raise _Refused(f"{type(value).__name__} can be read only once and has no JSON form; send a list")
        case complex():
            raise _Refused("complex has no JSON form; send a list of two numbers")
        case Decimal() if not value.is_finite():
            raise _Refused(f"{value} has no JSON form")
        case Mapping():
            return dict(value)
        case Sequence():
            return list(value)
        case SupportsArray():
            return value.tolist()
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        case _:
            return to_jsonable_python(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)
_ASCII_ENCODER = json.JSONEncoder(allow_nan=False, separators=(",", ":"), default=_plain)


def _explain(value: object, error: Exception) -> str | None:
    """Describe why a value could not be encoded, with the path. Return None if nothing is wrong with it."""
    deepest = DEEP if isinstance(error, RecursionError) else None
    found = _first_flaw(value, deepest)
    if found is None and not isinstance(error, TypeError | ValueError | RecursionError):
        return None
    steps, reason = found or ([], f"it cannot be encoded: {error}")
    path = "$" + "".join(steps)
    if len(path) > MAX_PATH:
        path = f"{path[: MAX_PATH // 2]}...{path[-MAX_PATH // 2 :]}"
    text = f"The body cannot be sent as JSON. {path}: {reason[:MAX_REASON]}."
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _first_flaw(value: object, deepest: int | None) -> tuple[list[str], str] | None:
    """Find the first thing that cannot be encoded: its path, and why. It is not recursive, so it works at any depth."""
    steps = [""]
    levels: list[Iterator[tuple[str, object]]] = [iter([("", value)])]
    above: list[object] = []
    while levels:
        entry = next(levels[-1], None)
        if entry is None:
            levels.pop()
            steps.pop()
            if above:
                above.pop()
            continue
        steps[-1], child = entry
        if any(child is each for each in above):
            return steps, "it contains itself"
        if deepest is not None and len(levels) > deepest:
            return steps, "it is nested too deeply"
        try:
            plain = _as_json(child)
        except Exception as error:
            return steps, str(error)
        if isinstance(plain, dict | list | tuple):
            above.append(child)
            levels.append(_children(plain))
            steps.append("")
    return None


def _as_json(value: object) -> object:
    """Return a value, or its replacement, as the encoder takes it.

    Raises:
        Exception: It cannot be encoded. The message says why.
    """
    match value:
        case None | bool():
            return value
        case str():
            if not value.isascii() and SURROGATE.search(value):
                raise _Refused("the text holds half of a surrogate pair, which UTF-8 cannot express")
            return value
        case int():
            try:
                int.__repr__(value)
            except ValueError:
                raise _Refused("the integer has too many digits") from None
            return value
        case float():
            if not math.isfinite(value):
                raise _Refused(f"{float.__repr__(value)} has no JSON form")
            return value
        case list() | tuple():
            return value
        case dict():
            for key in value:
                _check_key(key)
            return value
        case _:
            plain = _plain(value)
            return plain if plain is value else _as_json(plain)


def _check_key(key: object) -> None:
    if not (key is None or isinstance(key, str | int | float)):
        raise _Refused(f"{reprlib.repr(key)} is a key, and a {type(key).__name__} has no form as one")
    try:
        _as_json(key)
    except _Refused as refused:
        raise _Refused(f"as to one of its keys, {refused}") from None


def _children(container: dict[object, object] | list[object] | tuple[object, ...]) -> Iterator[tuple[str, object]]:
    if isinstance(container, dict):
        for key, value in container.items():
            simple = isinstance(key, str) and key.isidentifier()
            yield f".{key}" if simple else f"[{reprlib.repr(key)}]", value
    else:
        for index, value in enumerate(container):
            yield f"[{index}]", value
