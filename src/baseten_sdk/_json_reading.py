"""JSON that a server sent, read although some of it is odd.

An escape of half a character reads as U+FFFD: models cut text anywhere. Bytes that are not UTF-8 stay an error. An
integer of thousands of digits, which no parser takes, need not cost the rest. It must not know what a text means.
"""

from __future__ import annotations

import json
import re
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from ._characters import whole_characters
from ._validation import validate_json
from .types.json import JsonValue

T = TypeVar("T")

BOM = b"\xef\xbb\xbf"

DEEPEST = 900
"""Levels that a value which was read may have. Python 3.11 itself refuses a hundred more."""

MOST_DIGITS = 4300
"""Digits of an integer that parsers take."""

HUGE = re.compile(rb"[0-9]{%d}" % MOST_DIGITS)


def decode_json(body: bytes) -> JsonValue:
    """Return the value of a JSON text in UTF-8. NaN and Infinity are taken, since servers send them.

    Raises:
        ValueError: It is no JSON; the text is short and holds nothing of the body.
    """
    try:
        value: JsonValue = from_json(body.removeprefix(BOM))
    except ValueError as error:
        reason = "it is empty" if not body.strip() else str(error)[:200]
        raise ValueError(f"not valid JSON: {reason}") from None
    return value


def decode_reply(body: bytes, *, any_size: bool = False) -> JsonValue:
    """Return the value of a reply's JSON. An escape of half a character reads as U+FFFD: models cut text anywhere.

    Args:
        any_size: Whether an integer of thousands of digits, which no parser takes, reads as infinity: for a reply that
            is then validated, since it may be in a field that is never read.

    Raises:
        ValueError: It is no JSON.
    """
    try:
        return decode_json(body)
    except ValueError:
        whole = whole_characters(body)
        huge = any_size and HUGE.search(whole) is not None
        if whole == body and not huge:
            raise
    return _of_any_size(whole) if huge else decode_json(whole)


def check_depth(value: JsonValue) -> None:
    """Refuse a value that is nested so deeply that code which walks it would fail. Only some Pythons read one.

    Raises:
        RecursionError: It is.
    """
    level = [value]
    for _ in range(DEEPEST):
        level = [
            child
            for each in level
            if isinstance(each, dict | list)
            for child in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return
    raise RecursionError


def _of_any_size(text: bytes) -> JsonValue:
    def whole_number(digits: str) -> int | float:
        return int(digits) if len(digits) < MOST_DIGITS else float(digits)

    def refuse(word: str) -> JsonValue:
        raise ValueError(f"not valid JSON: {word} is not a value")

    try:
        value: JsonValue = json.loads(text, parse_int=whole_number, parse_constant=refuse)
        check_depth(value)
    except RecursionError:
        raise ValueError("not valid JSON: it is nested too deeply") from None
    return value


def readable_json(body: bytes) -> bytes:
    """JSON as parsers take it: with whole characters, and infinity for integers of thousands of digits."""
    whole = whole_characters(body)
    if not HUGE.search(whole):
        return whole
    try:
        readable: bytes = to_json(_of_any_size(whole), inf_nan_mode="constants")
        return readable
    except ValueError:
        return whole


def validate_readable(adapter: TypeAdapter[T], body: bytes) -> T:
    """Validate JSON, read although some of it is odd, as `decode_reply` reads it.

    Raises:
        ValidationError: It is not JSON, or not of the adapter's type.
    """
    try:
        return validate_json(adapter, body)
    except ValidationError:
        readable = readable_json(body)
        if readable == body:
            raise
    return validate_json(adapter, readable)
