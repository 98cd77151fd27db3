"""Finds what in a value cannot be encoded as JSON, after its encoding has failed: its path, and why."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Iterator

from ..._characters import SURROGATE
from .json_plain import Refused, plain

DEEP = 100
"""From this many levels on, a value that failed to encode is reported as too deeply nested."""

MAX_PATH = 160
"""Characters of a path that an error shows."""

MAX_REASON = 200


def explain(value: object, error: Exception) -> str | None:
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
            found = _as_json(child)
        except Exception as error:
            return steps, str(error)
        if isinstance(found, dict | list | tuple):
            above.append(child)
            levels.append(_children(found))
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
                raise Refused("the text holds half of a surrogate pair, which UTF-8 cannot express")
            return value
        case int():
            try:
                int.__repr__(value)
            except ValueError:
                raise Refused("the integer has too many digits") from None
            return value
        case float():
            if not math.isfinite(value):
                raise Refused(f"{float.__repr__(value)} has no JSON form")
            return value
        case list() | tuple():
            return value
        case dict():
            for key in value:
                _check_key(key)
            return value
        case _:
            found = plain(value)
            return found if found is value else _as_json(found)


def _check_key(key: object) -> None:
    if not (key is None or isinstance(key, str | int | float)):
        raise Refused(f"{reprlib.repr(key)} is a key, and a {type(key).__name__} has no form as one")
    try:
        _as_json(key)
    except Refused as refused:
        raise Refused(f"as to one of its keys, {refused}") from None


def _children(container: dict[object, object] | list[object] | tuple[object, ...]) -> Iterator[tuple[str, object]]:
    if isinstance(container, dict):
        for key, value in container.items():
            simple = isinstance(key, str) and key.isidentifier()
            yield f".{key}" if simple else f"[{reprlib.repr(key)}]", value
    else:
        for index, value in enumerate(container):
            yield f"[{index}]", value
