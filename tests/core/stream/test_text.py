"""Text, lines and JSON lines, the same for every way of cutting their bytes."""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import example, given, strategies as st

from baseten_sdk._core.stream.json_lines import JSONLineError, JSONLinesDecoder
from baseten_sdk._core.stream.lines import LineTooLong
from baseten_sdk._core.stream.text import LineDecoder, TextDecoder
from baseten_sdk.types.json import JsonValue
from tests.growth import grows_evenly


def cut(body: bytes, places: Iterable[int]) -> list[bytes]:
    edges = [0, *sorted(min(place, len(body)) for place in places), len(body)]
    return [body[start:end] for start, end in pairwise(edges)]


def text_of(pieces: Iterable[bytes]) -> str:
    decoder = TextDecoder()
    return "".join([*map(decoder.feed, pieces), decoder.flush()])


def lines_of(pieces: Iterable[bytes], limit: int = 1000) -> tuple[list[str], bool]:
    decoder = LineDecoder(limit)
    lines: list[str] = []
    try:
        for piece in pieces:
            lines += decoder.feed(piece)
        lines += decoder.flush()
    except LineTooLong:
        return lines, True
    return lines, False


def values_of(pieces: Iterable[bytes], limit: int = 1000) -> tuple[list[JsonValue], str | None]:
    decoder = JSONLinesDecoder(limit)
    values: list[JsonValue] = []
    try:
        for piece in pieces:
            values += decoder.feed(piece)
        values += decoder.flush()
    except (JSONLineError, LineTooLong) as error:
        return values, str(error)
    return values, None


PLACES = st.lists(st.integers(0, 60), max_size=8)
BODIES = st.lists(
    st.one_of(
        st.sampled_from([b"\n", b"\r", b"\r\n", b"\xff", b"\xe2\x82", b"\xf0\x9f"]),
        st.text("ab\u2028\u2029\u0085\x0b\x0c\x1cé😀", max_size=5).map(str.encode),
    ),
    max_size=12,
).map(b"".join)


@given(BODIES, PLACES)
@example("😀é".encode(), [1, 2, 3, 5])
def test_text_is_that_of_the_whole_however_it_was_cut(body: bytes, places: list[int]) -> None:
    expected = body.decode("utf-8", "replace")
    assert text_of(cut(body, places)) == expected
    assert text_of(bytes([byte]) for byte in body) == expected


@given(BODIES, PLACES)
@example(b"a\r\nb\r\n", [2, 3])
def test_lines_are_those_of_the_whole_however_it_was_cut(body: bytes, places: list[int]) -> None:
    expected = re.split("\r\n|\r|\n", body.decode("utf-8", "replace"))
    if not expected[-1]:
        del expected[-1]
    assert lines_of([body]) == (expected, False)
    assert lines_of(cut(body, places)) == (expected, False)
    assert lines_of(bytes([byte]) for byte in body) == (expected, False)


@given(BODIES, PLACES, st.integers(1, 8))
def test_the_same_line_is_too_long_however_the_body_was_cut(body: bytes, places: list[int], limit: int) -> None:
    lengths = [len(line) for line in re.split(b"\r\n|\r|\n", body)]
    whole = lines_of([body], limit)
    assert whole[1] == (max(lengths) > limit)
    assert lines_of(cut(body, places), limit) == whole


def test_a_line_is_complete_at_its_cr() -> None:
    decoder = LineDecoder(2**20)
    assert decoder.feed(b"a\r") == ["a"]
    assert decoder.feed(b"\nb") == []
    assert decoder.flush() == ["b"]
    assert decoder.flush() == []


def test_a_line_that_is_too_long_is_an_error_for_good_after_the_lines_before_it() -> None:
    decoder = LineDecoder(4)
    assert decoder.feed(b"1234\n12345") == ["1234"]
    for _ in range(2):
        with pytest.raises(LineTooLong, match="longer than 4 bytes"):
            decoder.feed(b"\na\n")
    with pytest.raises(LineTooLong):
        decoder.flush()


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=5,
)


@given(st.lists(JSON, max_size=5), PLACES, st.booleans(), st.sampled_from(["\n", "\r\n", "\n \n"]))
def test_json_lines_are_read_however_they_were_cut(
    values: list[JsonValue], places: list[int], raw: bool, end: str
) -> None:
    body = end.join(json.dumps(value, ensure_ascii=raw) for value in values).encode()
    assert values_of(cut(body, places)) == (values, None)
    assert values_of(bytes([byte]) for byte in body) == (values, None)
    assert values_of([b"\xef\xbb\xbf", body, end.encode()]) == (values, None)


@given(PLACES)
def test_a_bad_line_is_named_after_the_values_before_it(places: list[int]) -> None:
    body = b'1\n\n{"a": 2}\n{"a": oops' + b"x" * 500 + b"}\n3\n"
    values, error = values_of(cut(body, places))
    assert values == [1, {"a": 2}]
    assert error is not None
    assert error.startswith("line 4 is not a JSON value")
    assert "oops" in error
    assert len(error) < 300


def test_a_bad_line_is_an_error_for_good() -> None:
    decoder = JSONLinesDecoder(2**20)
    assert decoder.feed(b"1\nno\n2\n") == [1]
    with pytest.raises(JSONLineError):
        decoder.feed(b"3\n")
    with pytest.raises(JSONLineError) as caught:
        decoder.flush()
    assert (caught.value.number, caught.value.excerpt) == (2, "no")


def test_a_json_line_cut_by_the_end_is_an_error() -> None:
    values, error = values_of([b'1\n{"a": '])
    assert values == [1]
    assert error is not None
    assert error.startswith("line 2")


def test_a_json_line_without_end_is_an_error() -> None:
    assert values_of([b"1\n", b"[", b"2," * 10], 20) == ([1], "a line is longer than 20 bytes; see Limits(event=...)")


@pytest.mark.parametrize("error", [LineTooLong(5), JSONLineError(1, "x", "bad")])
def test_errors_survive_pickling(error: ValueError) -> None:
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_a_huge_line_costs_no_more_than_its_length() -> None:
    def split(size: int) -> None:
        assert lines_of([b"x" * 1024] * (size // 1024), 1 << 24)[0] == ["x" * size]

    assert grows_evenly(split, 1 << 19)
