"""What servers send as JSON is read, although some of it is odd."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import example, given, strategies as st

from baseten_sdk._characters import EscapesInPieces, whole_escapes
from baseten_sdk._json_reading import DEEPEST, check_depth, decode_json, decode_reply
from baseten_sdk.types.json import JsonValue


def failure_of(body: bytes) -> str:
    """The text of the error that reading gives; "" where it gives a value."""
    try:
        decode_json(body)
    except ValueError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"[NaN, Infinity, -Infinity]", [math.nan, math.inf, -math.inf]),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b" null\n", None),
        (b'"\\ud83d\\ude00"', "😀"),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b"12345678901234567890123", 12345678901234567890123),
    ],
)
def test_what_servers_send_is_read(body: bytes, value: JsonValue) -> None:
    assert repr(decode_json(body)) == repr(value)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b'{"a": ', "EOF"),
        (b'{"a": 1}x', "trailing"),
        (b"<html>", "expected value"),
        (b'"\xff"', "unicode"),
        (b'"\\ud800"', "escape"),
        (b'"\\udc00x"', "escape"),
        (b"1" * 6000, "out of range"),
        (b"[" * 10_000 + b"]" * 10_000, "recursion limit"),
        (b'{"a":' * 10_000, "recursion limit"),
        (b"{'hunter2': 1}", "key must be a string"),
    ],
)
def test_what_is_no_json_is_a_short_value_error(body: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^not valid JSON: .*{reason}") as caught:
        decode_json(body)
    assert type(caught.value) is ValueError
    assert len(str(caught.value)) < 250
    assert "hunter2" not in str(caught.value)


@given(st.sampled_from([b"", b'{"a":', b'["', b'["\\u']), st.binary(max_size=30))
def test_any_bytes_are_read_or_a_value_error(start: bytes, rest: bytes) -> None:
    failure = failure_of(start + rest)
    assert failure == "" or failure.startswith("not valid JSON: ")


@pytest.mark.parametrize("nested", ["[" * 5000 + "]" * 5000, '{"a":' * 5000 + "1" + "}" * 5000])
def test_what_is_read_is_not_nested_too_deeply_under_any_python(nested: str) -> None:
    with pytest.raises(ValueError, match=r"nested too deeply|recursion limit"):
        decode_reply(f"[{'9' * 5000}, {nested}]".encode(), any_size=True)


def test_the_depth_of_a_value() -> None:
    value: JsonValue = 1
    for _ in range(DEEPEST - 2):
        value = [value]
    check_depth(value)
    check_depth({"a": value, "b": [1, {}, "[" * 5000]})
    with pytest.raises(RecursionError):
        check_depth({"a": [value]})


ESCAPED = st.lists(
    st.sampled_from([r"\ud83d", r"\ude00", r"\u00e9", r"\\", r"\n", r"\"", "a", "u", "d83d", '"', "\n", "é"]),
    max_size=12,
)


@given(ESCAPED, st.lists(st.integers(0, 60), max_size=6))
@example([r"\ud83d", r"\ud83d", r"\ude00"], [12])
@example([r"\ud83d", r"\u00e9", r"\ude00"], [6, 8])
def test_escapes_in_pieces_are_those_of_the_whole(parts: list[str], places: list[int]) -> None:
    text = "".join(parts)
    cuts = sorted({0, len(text), *(min(place, len(text)) for place in places)})
    pieces = EscapesInPieces()
    told = [pieces.feed(text[start:end]) for start, end in pairwise(cuts)]
    assert "".join(told) + pieces.flush() == whole_escapes(text)


def test_an_escape_that_is_none_is_not_held_for_ever() -> None:
    pieces = EscapesInPieces()
    assert pieces.feed(r"a\uzz") == "a"
    assert pieces.feed("z" * 20) == r"\uzz" + "z" * 20
