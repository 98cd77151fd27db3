"""Arguments of a call that are held until they are whole."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from baseten_sdk._core.stream.arguments import HeldArguments, first_object

OBJECTS = st.dictionaries(st.text(max_size=5), st.one_of(st.text(max_size=8), st.integers(), st.none()), max_size=3)


def held(*pieces: str) -> HeldArguments:
    arguments = HeldArguments()
    for piece in pieces:
        arguments.add(piece)
    return arguments


@given(OBJECTS, st.data())
def test_a_call_is_ready_when_it_was_announced_and_its_last_piece_has_come(
    value: dict[str, object], data: st.DataObject
) -> None:
    text = json.dumps(value)
    at = data.draw(st.integers(0, len(text) - 1))
    early = held(text[:at])
    early.announce()
    assert not early.ready
    early.add(text[at:])
    assert early.ready
    assert early.text == text
    assert not held(text).ready


@pytest.mark.parametrize("announced", ["", '{"city', "{}"])
def test_pieces_are_preferred_to_what_was_announced(announced: str) -> None:
    arguments = held('{"city": ', '"Paris"}')
    arguments.announce(announced)
    assert arguments.text == '{"city": "Paris"}'


def test_what_was_announced_counts_where_the_pieces_are_not_whole() -> None:
    for pieces in ((), ('{"city": "Pa',)):
        arguments = held(*pieces)
        arguments.announce('{"city": "Paris"}')
        assert arguments.ready
        assert arguments.text == '{"city": "Paris"}'


def test_the_longer_one_counts_where_neither_is_whole() -> None:
    arguments = held('{"city": "Par')
    arguments.announce('{"ci')
    assert not arguments.ready
    assert arguments.text == '{"city": "Par'


def test_reading_the_text_at_each_piece_loses_nothing() -> None:
    arguments = HeldArguments()
    for piece in ('{"a"', ": ", "[1, ", '"}"]', "}"):
        assert not arguments.whole
        arguments.add(piece)
        assert arguments.text.endswith(piece)
    assert arguments.whole


@pytest.mark.parametrize(
    ("text", "value"),
    [(' {"a": 1} Done!', {"a": 1}), ("[1]", None), ('{"a"', None), ("", None), ("[" * 100_000, None)],
)
def test_the_first_object_is_read_and_prose_behind_it_is_not(text: str, value: object) -> None:
    assert first_object(text) == value
