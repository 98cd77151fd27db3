"""Each input has exactly one result, or the reply is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from baseten_sdk._core.reply.positions import check_count, check_positions
from baseten_sdk._core.reply.response import WholeResponse
from baseten_sdk.errors import ResponseValidationError
from baseten_sdk.types.meta import Headers

RESPONSE = WholeResponse(200, Headers([("x-baseten-request-id", "r1")]), b'{"data": []}')


@given(st.integers(0, 20).flatmap(lambda count: st.permutations(range(count))))
def test_any_order_of_one_each_is_taken(positions: list[int]) -> None:
    check_positions(positions, len(positions), "vectors", RESPONSE)


@given(st.lists(st.integers(-3, 12), max_size=12), st.integers(0, 10))
def test_anything_else_is_refused(positions: list[int], count: int) -> None:
    if sorted(positions) == list(range(count)):
        return
    with pytest.raises(ResponseValidationError):
        check_positions(positions, count, "vectors", RESPONSE)


@pytest.mark.parametrize(
    ("positions", "told"),
    [
        ([0, 2], "There were 3 inputs, and the reply holds 2 vectors, none for 1. They cannot be matched"),
        ([], "the reply holds 0 vectors, none for 0, 1, 2."),
        ([0, 1, 2, 3], "the reply holds 4 vectors, some for inputs that do not exist: 3."),
        ([0, 0, 2], "the reply holds 3 vectors, none for 1, several for 0."),
        ([0, 1, 7], "none for 2, some for inputs that do not exist: 7."),
        ([0, 1, -1], "none for 2, some for inputs that do not exist: -1."),
    ],
)
def test_the_error_names_the_positions_and_has_the_reply(positions: list[int], told: str) -> None:
    with pytest.raises(ResponseValidationError) as caught:
        check_positions(positions, 3, "vectors", RESPONSE)
    assert told in str(caught.value)
    assert (caught.value.body, caught.value.request_id) == (RESPONSE.body, "r1")


def test_a_long_list_of_positions_is_cut() -> None:
    with pytest.raises(ResponseValidationError, match=r"none for 0, 1, 2, 3, 4, \.\.\.\. They"):
        check_positions([], 100_000, "vectors", RESPONSE)


def test_results_without_positions_are_counted() -> None:
    check_count(2, 2, "lists", RESPONSE)
    with pytest.raises(ResponseValidationError, match="There were 3 inputs, and the reply holds 2 lists, none for 2"):
        check_count(2, 3, "lists", RESPONSE)
