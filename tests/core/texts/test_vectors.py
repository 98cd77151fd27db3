"""A reply becomes rows of floats, or an error that names the texts without one and keeps the rows of the others."""

from __future__ import annotations

import base64
import json
import math
from array import array
from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st

from baseten_sdk._core.reply.response import WholeResponse
from baseten_sdk._core.texts.cutting import Part
from baseten_sdk._core.texts.vectors import VectorReader
from baseten_sdk.errors import ResponseValidationError
from baseten_sdk.types.meta import Headers
from baseten_sdk.types.vectors import Vectors

PART = Part(100, ["a", "b", "c", "d"])
VECTORS = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]


def packed(numbers: list[float]) -> str:
    return base64.b64encode(array("f", numbers).tobytes()).decode()


def item(index: int, vector: object = None) -> dict[str, object]:
    return {"object": "embedding", "index": index, "embedding": packed(VECTORS[index]) if vector is None else vector}


def reply(items: object, **more: object) -> WholeResponse:
    body = {"object": "list", "data": items, "model": "m", "usage": {"prompt_tokens": 4, "total_tokens": 4}, **more}
    return WholeResponse(200, Headers([("content-type", "application/json")]), json.dumps(body).encode())


ALL = [item(index) for index in range(4)]


@pytest.mark.parametrize(
    "items",
    [
        ALL,
        [*reversed(ALL)],
        [ALL[2], ALL[0], ALL[3], ALL[1]],
        [{"embedding": each["embedding"]} for each in ALL],
        [{"embedding": each["embedding"], "index": None} for each in ALL],
        [item(index, VECTORS[index]) for index in range(4)],
        [item(0), item(1, VECTORS[1]), item(2), item(3)],
    ],
)
def test_rows_are_in_the_order_of_the_texts_in_whatever_form_they_come(items: object) -> None:
    found = VectorReader().read(PART, reply(items))
    assert found.tolist() == VECTORS
    assert (found.start, found.missing, found.model) == (100, [], "m")
    assert found.usage is not None
    assert found.usage.prompt_tokens == 4


@given(st.lists(st.lists(st.floats(width=32), min_size=3, max_size=3), min_size=4, max_size=4))
def test_every_number_but_nan_and_infinity_is_a_number(vectors: list[list[float]]) -> None:
    items = [item(index, packed(vector)) for index, vector in enumerate(vectors)]
    unsound = [100 + row for row, vector in enumerate(vectors) if not all(map(math.isfinite, vector))]
    if not unsound:
        assert VectorReader().read(PART, reply(items)).tolist() == vectors
        return
    with pytest.raises(ResponseValidationError) as caught:
        VectorReader().read(PART, reply(items))
    kept = caught.value.results
    assert kept is None or (isinstance(kept, Vectors) and kept.missing == unsound)
    assert (kept is None) == (len(unsound) == 4)


ODD: list[tuple[Callable[[list[dict[str, object]]], object], str, list[int]]] = [
    (lambda all: all[:3], "holds 3 embeddings, none for 103", [103]),
    (lambda all: [all[0], all[2]], "holds 2 embeddings, none for 101, 103", [101, 103]),
    (lambda all: [*all, item(0)], "holds 5 embeddings, several for 100", [100]),
    (lambda all: [*all[:3], item(1)], "none for 103, several for 101", [101, 103]),
    (lambda all: [*all, {**all[0], "index": 9}], "some for texts that do not exist: 109", []),
    (lambda all: [*all[:3], {**all[3], "index": -1}], "none for 103", [103]),
    (lambda all: [*all[:3], item(3, packed([1.0]))], "of another length for 103", [103]),
    (lambda all: [*all[:3], item(3, [1.0])], "of another length for 103", [103]),
    (lambda all: [item(0, packed([1.0])), *all[1:]], "of another length for 100", [100]),
    (lambda all: [item(0, ""), *all[1:]], "of another length for 100", [100]),
    (lambda all: [item(0, "AAA="), *all[1:]], "of another length for 100", [100]),
    (lambda all: [*all[:3], item(3, "no base64!")], "unreadable ones or ones of another length for 103", [103]),
    (lambda all: [*all[:3], item(3, [1.0, None])], "unreadable ones or ones of another length for 103", [103]),
    (lambda all: [*all[:3], {"index": 3}], "unreadable ones or ones of another length for 103", [103]),
    (lambda all: [*all[:3], {}], "none for 103, 1 without an index", [103]),
    (lambda all: [*all[:3], item(3, [1.0, math.nan])], "NaN or infinite numbers for 103", [103]),
    (lambda all: [*all[:3], item(3, packed([math.inf, 1.0]))], "NaN or infinite numbers for 103", [103]),
    (lambda all: [*all[:3], {"embedding": all[3]["embedding"]}], "none for 103, 1 without an index", [103]),
]


@pytest.mark.parametrize(("spoil", "problem", "missing"), ODD)
def test_an_odd_reply_names_the_texts_and_keeps_the_rest(
    spoil: Callable[[list[dict[str, object]]], object], problem: str, missing: list[int]
) -> None:
    with pytest.raises(ResponseValidationError, match=problem) as caught:
        VectorReader().read(PART, reply(spoil(ALL)))
    kept = caught.value.results
    assert isinstance(kept, Vectors)
    assert kept.missing == missing
    for row in range(4):
        if 100 + row not in missing:
            assert kept[row].tolist() == VECTORS[row]


@pytest.mark.parametrize(
    "response",
    [
        reply([]),
        reply("what?"),
        reply([{"embedding": packed([1.0])}] * 3),
        reply([item(9 % 4) | {"index": 9}] * 4),
        WholeResponse(200, Headers(), b"<html>"),
        WholeResponse(200, Headers(), b"[1, 2]"),
        WholeResponse(200, Headers(), b'{"error": {"message": "the model failed"}}'),
        WholeResponse(200, Headers(), b""),
    ],
)
def test_what_holds_no_vector_of_a_text_is_an_error_that_keeps_nothing(response: WholeResponse) -> None:
    with pytest.raises(ResponseValidationError) as caught:
        VectorReader().read(PART, response)
    assert caught.value.results is None


def test_an_error_in_disguise_speaks_for_itself() -> None:
    with pytest.raises(ResponseValidationError, match="the model failed"):
        VectorReader().read(PART, WholeResponse(200, Headers(), b'{"error": {"message": "the model failed"}}'))


@pytest.mark.parametrize("reader", [VectorReader(3), VectorReader()])
def test_all_replies_have_one_length(reader: VectorReader) -> None:
    one = Part(0, ["a"])
    three = reply([{"index": 0, "embedding": packed([1.0, 2.0, 3.0])}])
    assert reader.read(one, three).dimensions == 3
    with pytest.raises(ResponseValidationError, match="of another length for 0"):
        reader.read(one, reply([item(0)]))


def test_a_usage_or_a_name_in_another_form_costs_no_vector() -> None:
    found = VectorReader().read(PART, reply(ALL, usage=None, model=7))
    assert (found.tolist(), found.usage, found.model) == (VECTORS, None, "")
