"""What is embedded, and how many vectors it gives."""

from __future__ import annotations

import pytest

from baseten_sdk._core.request.embeddings import check_input, input_count
from baseten_sdk.errors import InvalidRequestError


class Array:
    """As of numpy."""

    def __init__(self, values: list[object]) -> None:
        self._values = values

    def __array__(self) -> object:
        return self._values

    def tolist(self) -> object:
        return self._values


@pytest.mark.parametrize(
    ("given", "count"),
    [
        ("a text", 1),
        (["a text"], 1),
        (["a", "b", ""], 3),
        ([1, 2, 3], 1),
        ([[1, 2], [3]], 2),
        (("a", "b"), 2),
        (Array(["a", "b"]), 2),
        (Array([1, 2]), 1),
        ([Array([1, 2]), Array([3])], 2),
    ],
)
def test_each_text_or_list_of_tokens_gives_one_vector(given: object, count: int) -> None:
    assert input_count(check_input(given)) == count


@pytest.mark.parametrize("given", [None, 3, b"bytes", {"a": 1}, iter("ab"), "", [], Array([])])
def test_what_cannot_be_embedded_is_refused(given: object) -> None:
    with pytest.raises(InvalidRequestError, match="input must"):
        check_input(given)
