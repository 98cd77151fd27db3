"""Pieces of tool calls find their call, whichever way the backend marks them."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from tests.core.chat.deltas import OLDER, VERBOSE, Delta, calls_of, message, piece

TOOL_STREAMS: list[tuple[str, list[list[dict[str, object]]], list[tuple[str, str, str]]]] = [
    ("whole", [[piece(0, "t1", "f", '{"a":1}')]], [("t1", "f", '{"a":1}')]),
    (
        "name first",
        [[piece(0, "t1", "f", "")], [piece(0, None, None, '{"a"')], [piece(0, None, None, ":1}")]],
        [("t1", "f", '{"a":1}')],
    ),
    (
        "changing ids",
        [[piece(0, "t1", "f", "")], [piece(0, "zz9", "", '{"a":1')], [piece(0, "qq3", "", "}")]],
        [("t1", "f", '{"a":1}')],
    ),
    (
        "empty ids",
        [[piece(0, "t1", "f", '{"a"')], [piece(0, "", "", ":1}")]],
        [("t1", "f", '{"a":1}')],
    ),
    ("late id", [[piece(0, "", "f", "{")], [piece(0, "t1", None, "}")]], [("t1", "f", "{}")]),
    (
        "name and id repeated",
        [[piece(0, "t1", "f", '{"a"')], [piece(0, "t1", "f", ":1}")]],
        [("t1", "f", '{"a":1}')],
    ),
    (
        "another name",
        [[piece(0, "t1", "f", "{")], [piece(0, "t1", "g", "}")]],
        [("t1", "f", "{}")],
    ),
    (
        "two of one index in one chunk",
        [[piece(0, "t1", "f", '{"a"'), piece(0, None, None, ":1}")]],
        [("t1", "f", '{"a":1}')],
    ),
    (
        "parallel",
        [[piece(0, "t1", "f", "{}"), piece(1, "t2", "g", "{}")]],
        [("t1", "f", "{}"), ("t2", "g", "{}")],
    ),
    (
        "interleaved",
        [
            [piece(0, "t1", "f", '{"a"')],
            [piece(1, "t2", "g", '{"b"')],
            [piece(0, None, None, ":1}")],
            [piece(1, None, None, ":2}")],
        ],
        [("t1", "f", '{"a":1}'), ("t2", "g", '{"b":2}')],
    ),
    (
        "backwards",
        [[piece(1, "t2", "g", "{}")], [piece(0, "t1", "f", "{}")]],
        [("t1", "f", "{}"), ("t2", "g", "{}")],
    ),
    ("indices with a gap", [[piece(1, "t1", "f", "{}")]], [("t1", "f", "{}")]),
    (
        "no index, ids",
        [
            [piece(None, "t1", "f", '{"a"')],
            [piece(None, "t1", None, ":1}")],
            [piece(None, "t2", "f", "{}")],
        ],
        [("t1", "f", '{"a":1}'), ("t2", "f", "{}")],
    ),
    (
        "no index, id first",
        [[piece(None, "t1", "f", "")], [piece(None, None, None, '{"a":1}')]],
        [("t1", "f", '{"a":1}')],
    ),
    (
        "no index, id first, then another call",
        [
            [piece(None, "t1", "f", "")],
            [piece(None, None, None, "{}")],
            [piece(None, "t2", "g", "")],
            [piece(None, None, None, "[]")],
        ],
        [("t1", "f", "{}"), ("t2", "g", "[]")],
    ),
    ("no index, no id", [[piece(None, None, "f", "{")], [piece(None, None, None, "}")]], [("", "f", "{}")]),
    (
        "no index, no id, two calls one by one",
        [[piece(None, None, "f", "{}")], [piece(None, None, "g", "[]")]],
        [("", "f", "{}"), ("", "g", "[]")],
    ),
    (
        "no index, no id, two calls at once",
        [[piece(None, None, "f", "{}"), piece(None, None, "g", "[]")]],
        [("", "f", "{}"), ("", "g", "[]")],
    ),
    ("null arguments", [[piece(0, "t1", "f", None)]], [("t1", "f", "")]),
    ("arguments as an object", [[piece(0, "t1", "f", {"a": 1})]], [("t1", "f", '{"a":1}')]),
    ("no function", [[{"index": 0, "id": "t1"}], [piece(0, None, "f", "{}")]], [("t1", "f", "{}")]),
]


@pytest.mark.parametrize(("chunks", "expected"), [each[1:] for each in TOOL_STREAMS], ids=[e[0] for e in TOOL_STREAMS])
@pytest.mark.parametrize("style", [VERBOSE, OLDER, {}], ids=["verbose", "older", "sparse"])
def test_pieces_of_tool_calls_find_their_call(
    style: Delta, chunks: list[list[dict[str, object]]], expected: list[tuple[str, str, str]]
) -> None:
    found = message(style, *({**style, "tool_calls": calls} for calls in chunks), style)
    assert calls_of(found) == expected
    assert {call.type for call in found.tool_calls} == {"function"}


def test_the_type_of_a_tool_call_is_kept() -> None:
    deltas = [{"index": 0, "id": "t1", "type": "custom"}, {"index": 0, "type": None}, {"index": 0, "type": ""}]
    (call,) = message(*({"tool_calls": [delta]} for delta in deltas)).tool_calls
    assert call.type == "custom"


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["a", "b", ""])), max_size=30))
def test_tool_calls_are_the_same_however_their_pieces_are_mixed(pieces: list[tuple[int, str]]) -> None:
    one_by_one = message({}, *({"tool_calls": [piece(index, f"t{index}", "f", text)]} for index, text in pieces))
    at_once = message({"tool_calls": [piece(index, f"t{index}", "f", text) for index, text in pieces]})
    assert one_by_one == at_once
    assert calls_of(one_by_one) == [
        (f"t{index}", "f", "".join(text for at, text in pieces if at == index))
        for index in sorted({index for index, _ in pieces})
    ]
