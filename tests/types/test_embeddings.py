"""Vectors in either encoding, whatever the order they come in."""

from __future__ import annotations

import base64
import json
import struct

import pytest
from hypothesis import given, strategies as st
from pydantic import ValidationError

from baseten_sdk.types.embeddings import CreateEmbeddingResponse, RerankResult

FLOATS = st.lists(st.floats(width=32, allow_nan=False), max_size=20)


def read(*items: object) -> CreateEmbeddingResponse:
    return CreateEmbeddingResponse.model_validate_json(json.dumps({"data": items}))


@given(FLOATS)
def test_base64_and_numbers_are_read_alike(numbers: list[float]) -> None:
    packed = base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()
    assert read({"embedding": packed}).vectors == [numbers]
    if all(abs(number) != float("inf") for number in numbers):
        assert read({"embedding": numbers}).vectors == [numbers]


def test_vectors_are_in_the_order_of_the_inputs() -> None:
    assert read({"index": 1, "embedding": [1]}, {"index": 0, "embedding": [0]}).vectors == [[0.0], [1.0]]


@pytest.mark.parametrize("bad", ["no base64!", "AAA=", ["a"], None, 3])
def test_what_is_no_vector_is_refused(bad: object) -> None:
    with pytest.raises(ValidationError):
        read({"embedding": bad})


def test_fields_that_nobody_knows_are_kept() -> None:
    assert RerankResult.model_validate({"index": 0, "score": 1, "why": "x"}).model_extra == {"why": "x"}
