"""A character that a stream cuts in two is put together, and a half alone is U+FFFD."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from baseten_sdk._core.chat.accumulate import Accumulator
from baseten_sdk._core.chat.reader import ChunkReader
from baseten_sdk.config import Limits
from baseten_sdk.types.chat import ChatCompletion, ChatCompletionMessage

LOST = "\ufffd"
HIGH, LOW = "\ud83d", "\ude00"
FACE = "\U0001f600"


def read(*choices: dict[str, object]) -> ChatCompletion:
    """What a stream of these choices adds up to; the same as what its error would hold."""
    reader = ChunkReader(Limits())
    accumulator = Accumulator()
    for choice in choices:
        event = b"data: %s\n\n" % json.dumps({"id": "c", "choices": [choice]}).encode()
        for chunk in reader.feed(event):
            accumulator.add(chunk)
        assert reader.error is None
    found = accumulator.completion()
    assert found is not None
    assert reader.partial() == found
    return found


def delta(fields: dict[str, object], finish: str | None = None, index: int = 0) -> dict[str, object]:
    return {"index": index, "delta": fields, "finish_reason": finish}


def call(text: str, index: int = 0) -> dict[str, object]:
    return {"tool_calls": [{"index": index, "id": f"t{index}", "function": {"name": "f", "arguments": text}}]}


FIELDS: dict[str, tuple[Callable[[str], dict[str, object]], Callable[[ChatCompletionMessage], str | None]]] = {
    "content": (lambda text: {"content": text}, lambda message: message.content),
    "reasoning_content": (lambda text: {"reasoning_content": text}, lambda message: message.reasoning_content),
    "reasoning": (lambda text: {"reasoning": text}, lambda message: message.reasoning),
    "refusal": (lambda text: {"refusal": text}, lambda message: message.refusal),
    "arguments": (call, lambda message: message.tool_calls[0].function.arguments),
    "an unknown field": (lambda text: {"thought": {"data": text}}, lambda message: str(message.model_extra)),
}

PIECES = [
    ([f"ok {HIGH}", f"{LOW} bye"], f"ok {FACE} bye"),
    ([HIGH, LOW], FACE),
    ([f"a{HIGH}", "", f"{LOW}b"], f"a{FACE}b"),
    ([f"ok {HIGH}", " bye"], f"ok {LOST} bye"),
    ([f"ok {HIGH}"], f"ok {LOST}"),
    ([LOW, "bye"], f"{LOST}bye"),
    ([f"{HIGH}{HIGH}", f"{LOW}{LOW}"], f"{LOST}{FACE}{LOST}"),
    ([f"{FACE}{HIGH}", f"{LOW}{HIGH}", LOW], FACE * 3),
    ([f"a{LOW}b"], f"a{LOST}b"),
]


@pytest.mark.parametrize(("pieces", "wanted"), PIECES, ids=[ascii(wanted) for _, wanted in PIECES])
@pytest.mark.parametrize("field", FIELDS)
def test_halves_are_put_together(field: str, pieces: list[str], wanted: str) -> None:
    write, look = FIELDS[field]
    found = look(read(*(delta(write(piece)) for piece in pieces), delta({}, "stop")).message)
    assert found is not None
    assert wanted in found
    assert LOST not in found.replace(wanted, "")


def test_each_choice_field_and_call_waits_for_its_own_half() -> None:
    found = read(
        delta({"content": HIGH, "reasoning_content": HIGH}),
        delta({"content": HIGH}, index=1),
        delta(call(HIGH, 0)),
        delta(call(HIGH, 1)),
        delta(call(LOW, 0)),
        delta({"reasoning_content": LOW}),
        delta({"content": LOW}, "stop", index=1),
        delta({}, "stop"),
    )
    first, second = found.choices
    assert (first.message.content, first.message.reasoning_content) == (LOST, FACE)
    assert [each.function.arguments for each in first.message.tool_calls] == [FACE, LOST]
    assert second.message.content == FACE


def test_the_end_of_a_choice_gives_up_its_halves_alone() -> None:
    found = read(delta({"content": HIGH}), delta({}, "stop", index=1), delta({"content": LOW}))
    assert found.choices[0].message.content == FACE


@pytest.mark.parametrize("other", [b"[DONE]", b'{"id": "c", "choices": []}', b'{"choices": null, "usage": {}}'])
def test_what_holds_no_text_leaves_a_half_waiting(other: bytes) -> None:
    reader = ChunkReader(Limits())
    half = json.dumps({"choices": [delta({"content": HIGH})]}).encode()
    assert next(chunk.text for chunk in reader.feed(b"data: %s\n\ndata: %s\n\n" % (half, other))) == ""
    assert reader.error is None


def test_an_escape_of_a_backslash_is_no_half() -> None:
    text = '\\ud83d and "\\\\ude00"'
    assert read(delta({"content": text}, "stop")).text == text


@given(st.text(st.sampled_from(["a", '"', "\\", "u", FACE, HIGH, LOW, "é"]), max_size=12), st.sets(st.integers(0, 40)))
def test_text_is_the_same_wherever_it_is_cut(text: str, places: set[int]) -> None:
    units = text.encode("utf-16-le", "surrogatepass")
    edges = [0, *sorted(2 * place for place in places if 2 * place < len(units)), len(units)]
    pieces = [units[start:end].decode("utf-16-le", "surrogatepass") for start, end in pairwise(edges)]
    found = read(*(delta({"content": piece}) for piece in pieces), delta({}, "stop"))
    assert found.text == units.decode("utf-16-le", "replace")
