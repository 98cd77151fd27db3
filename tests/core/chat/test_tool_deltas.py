"""Pieces of tool calls find their call, whichever way the backend marks them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from baseten_sdk._core.stream.object_scanner import ObjectScanner
from baseten_sdk.types.chunks import ChatCompletionChunk
from tests.core.chat.deltas import OLDER, VERBOSE, Delta, added, calls_of, message, piece, spoken

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
        "another id and name before the arguments are whole",
        [[piece(0, "t1", "f", "{")], [piece(0, "zz9", "g", "}")]],
        [("t1", "f", "{}")],
    ),
    (
        "name in pieces before the arguments",
        [[piece(0, "t1", "read_", "")], [piece(0, "t1", "file", None)], [piece(0, None, None, "{}")]],
        [("t1", "read_file", "{}")],
    ),
    (
        "name in pieces beside the arguments",
        [[piece(0, "t1", "read_", '{"a"')], [piece(0, None, "file", ":1}")]],
        [("t1", "read_file", '{"a":1}')],
    ),
    (
        "name ever longer, then whole again",
        [[piece(0, "t1", "read_", "")], [piece(0, "t1", "read_file", "{")], [piece(0, "t1", "read_file", "}")]],
        [("t1", "read_file", "{}")],
    ),
    (
        "one index for all, whole calls",
        [[piece(0, "t1", "f", '{"a":1}')], [piece(0, "t2", "f", '{"a":2}')], [piece(0, "t3", "g", "{} ")]],
        [("t1", "f", '{"a":1}'), ("t2", "f", '{"a":2}'), ("t3", "g", "{} ")],
    ),
    (
        "one index for all, in pieces",
        [
            [piece(0, "t1", "f", "")],
            [piece(0, None, None, '{"a": "}')],
            [piece(0, None, None, '\\""}')],
            [piece(0, "t2", "f", "")],
            [piece(0, None, None, '{"b"')],
            [piece(0, "t2", None, ":{}}")],
        ],
        [("t1", "f", '{"a": "}\\""}'), ("t2", "f", '{"b":{}}')],
    ),
    (
        "one index for all, at once",
        [[piece(0, "t1", "f", '{"a":1}'), piece(0, "t2", "f", '{"a":2}')], [piece(1, "t3", "h", "{}")]],
        [("t1", "f", '{"a":1}'), ("t2", "f", '{"a":2}'), ("t3", "h", "{}")],
    ),
    (
        "one index for all, without arguments",
        [[piece(0, "t1", "now", "")], [piece(0, "t2", "today", "")]],
        [("t1", "now", ""), ("t2", "today", "")],
    ),
    (
        "one index for all, pieces that turn back",
        [
            [piece(0, "t1", "f", "{}")],
            [piece(0, "t2", "g", '{"a"')],
            [piece(0, "t1", "", " ")],
            [piece(0, "t2", "", ":1}")],
        ],
        [("t1", "f", "{} "), ("t2", "g", '{"a":1}')],
    ),
    (
        "changing ids with the name each time",
        [[piece(0, "t1", "f", "")], [piece(0, "zz9", "f", '{"a":1')], [piece(0, "qq3", "f", "}")]],
        [("t1", "f", '{"a":1}')],
    ),
    (
        "no index, changing ids",
        [[piece(None, "t1", "f", "")], [piece(None, "zz9", None, '{"a":1')], [piece(None, "qq3", "", "}")]],
        [("t1", "f", '{"a":1}')],
    ),
    (
        "no index, changing ids with the name each time",
        [[piece(None, "t1", "f", '{"a"')], [piece(None, "zz9", "f", ":1")], [piece(None, "qq3", "f", "}")]],
        [("t1", "f", '{"a":1}')],
    ),
    (
        "no index, changing ids, then another call",
        [
            [piece(None, "t1", "f", '{"a"')],
            [piece(None, "zz9", None, ":1}")],
            [piece(None, "t2", "f", "{")],
            [piece(None, "qq3", None, "}")],
        ],
        [("t1", "f", '{"a":1}'), ("t2", "f", "{}")],
    ),
    (
        "no index, ids first",
        [[{"id": "t1"}], [piece(None, None, "f", "{}")], [{"id": "t2"}], [piece(None, None, "g", "{}")]],
        [("t1", "f", "{}"), ("t2", "g", "{}")],
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
    (
        "one index for all, the second call without an id",
        [[piece(0, "t1", "f", '{"a":1}')], [piece(0, None, "g", '{"b"')], [piece(0, None, None, ":2}")]],
        [("t1", "f", '{"a":1}'), ("", "g", '{"b":2}')],
    ),
    (
        "one index for all, no ids, the same name",
        [[piece(0, None, "f", '{"a":1}')], [piece(0, None, "f", '{"a":2}')]],
        [("", "f", '{"a":1}'), ("", "f", '{"a":2}')],
    ),
    (
        "whole arguments that come once more with the end",
        [[piece(0, "t1", "f", '{"a"')], [piece(0, None, None, ":1}")], [piece(0, "t1", "f", '{"a":1}')]],
        [("t1", "f", '{"a":1}')],
    ),
    (
        "whole arguments that come once more without a name",
        [[piece(0, "t1", "f", '{"a":1}')], [piece(0, None, None, '{"a":1}')]],
        [("t1", "f", '{"a":1}')],
    ),
    (
        "the name once more behind whole arguments",
        [[piece(0, "t1", "f", '{"a":1}')], [piece(0, None, "f", "")]],
        [("t1", "f", '{"a":1}')],
    ),
    (
        "no index, no id, the name each time",
        [[piece(None, None, "f", '{"a"')], [piece(None, None, "f", ":1}")]],
        [("", "f", '{"a":1}')],
    ),
    ("null arguments", [[piece(0, "t1", "f", None)]], [("t1", "f", "")]),
    ("arguments as an object", [[piece(0, "t1", "f", {"a": 1})]], [("t1", "f", '{"a":1}')]),
    ("no function", [[{"index": 0, "id": "t1"}], [piece(0, None, "f", "{}")]], [("t1", "f", "{}")]),
]


@pytest.mark.parametrize("index", [None, 0])
def test_calls_that_share_one_id_are_calls_of_their_own(index: int | None) -> None:
    found = message(
        {"tool_calls": [piece(index, "t1", "f", '{"a":1}')]},
        {"tool_calls": [piece(index, "t1", "g", '{"b"')]},
        {"tool_calls": [piece(index, "t1", None, ":2}")]},
    )
    assert calls_of(found) == [("t1", "f", '{"a":1}'), ("t1", "g", '{"b":2}')]


@pytest.mark.parametrize(("chunks", "expected"), [each[1:] for each in TOOL_STREAMS], ids=[e[0] for e in TOOL_STREAMS])
@pytest.mark.parametrize("style", [VERBOSE, OLDER, {}], ids=["verbose", "older", "sparse"])
def test_pieces_of_tool_calls_find_their_call(
    style: Delta, chunks: list[list[dict[str, object]]], expected: list[tuple[str, str, str]]
) -> None:
    found = message(style, *({**style, "tool_calls": calls} for calls in chunks), style)
    given = {id for id, _, _ in expected}
    assert [(id if id in given else "", name, text) for id, name, text in calls_of(found)] == expected
    assert len({call.id for call in found.tool_calls}) == len(expected)
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


def test_a_call_without_an_id_is_given_one_that_stays() -> None:
    accumulator = added([spoken({"tool_calls": [piece(0, None, "f", "{"), piece(1, "", "g", "{}")]})])
    first = accumulator.completion()
    accumulator.add(ChatCompletionChunk.model_validate(spoken({"tool_calls": [piece(0, None, None, "}")]})))
    last = accumulator.completion()
    assert first is not None
    assert last is not None
    ids = [call.id for call in first.message.tool_calls]
    assert all(ids)
    assert ids[0] != ids[1]
    assert [call.id for call in last.message.tool_calls] == ids


@given(st.lists(st.sampled_from(["{", "}", "[", "]", '"', "\\", "a", " ", '{"a":', '"}"', "{}"]), max_size=12))
def test_the_scanner_knows_a_whole_object_however_it_is_cut(pieces: list[str]) -> None:
    text = "".join(pieces)
    cut, letters = ObjectScanner(), ObjectScanner()
    for piece_ in pieces:
        cut.feed(piece_)
    for letter in text:
        letters.feed(letter)
    assert cut.whole == letters.whole
    try:
        whole = isinstance(json.loads(text), dict)
    except ValueError:
        return
    assert cut.whole == whole
