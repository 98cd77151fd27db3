"""Texts at the top of an object that cannot be parsed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from baseten_sdk._core.queue.top_level import top_level_texts
from tests.growth import grows_evenly

NAMES = ("request_id", "time")

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text() | st.sampled_from(NAMES), JSON))
def test_they_are_those_that_a_parser_finds(fields: dict[str, object]) -> None:
    expected = {name: fields[name] for name in NAMES if isinstance(fields.get(name), str)}
    for ascii_only in (True, False):
        body = json.dumps(fields, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
        assert top_level_texts(body, NAMES) == expected


@given(st.binary() | st.text(alphabet='{}[]":,\\\\x').map(str.encode))
def test_no_bytes_do_more_than_hold_nothing(body: bytes) -> None:
    assert set(top_level_texts(body, NAMES)) <= set(NAMES)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"request_id": "r\\u00e9", "data": ' + b"9" * 5000 + b"}", {"request_id": "r\u00e9"}),
        (b'{"data": {"request_id": "inner"}, "request_id":"r"}', {"request_id": "r"}),
        (b'{"x": "request_id", "y": "r"}', {}),
        (b'{"request_id": ["r"], "time": "t"}', {"time": "t"}),
        (b'{"request_id": "r', {}),
        (b'{"a\\"": "}", "request_id": "r"', {"request_id": "r"}),
    ],
)
def test_only_members_of_the_top_count(body: bytes, found: dict[str, str]) -> None:
    assert top_level_texts(body, NAMES) == found


@pytest.mark.parametrize("unit", [b'\\"', b"[", b"[],", b'"', b"9", b'{"a":', b"\\"])
def test_the_work_grows_with_the_size_and_not_faster(unit: bytes) -> None:
    assert grows_evenly(lambda count: top_level_texts(b'{"data": ["' + unit * count, NAMES), 20_000)
