"""Reasons are said briefly, counted in bounded memory, and name the field that a row lacks."""

from __future__ import annotations

import pytest

from baseten_sdk.batch.run.reasons import LONGEST, MOST, Reasons, brief, kind_of, with_missing_field
from baseten_sdk.errors import APIConnectionError, InvalidRequestError, NotFoundError, RateLimitError
from baseten_sdk.types.batch import Failed


def test_failures_that_differ_by_their_numbers_alone_are_alike() -> None:
    assert kind_of(ValueError("line 3 of 17")) == kind_of(ValueError("line 12 of 4"))
    assert kind_of(ValueError("line 3")) != kind_of(TypeError("line 3"))
    assert kind_of(RateLimitError("a", status_code=429)) != kind_of(RateLimitError("a", status_code=429, code="quota"))
    assert kind_of(APIConnectionError("a", phase="idle")) != kind_of(APIConnectionError("a", phase="connect"))


def test_memory_is_bounded_and_no_failure_is_lost() -> None:
    reasons = Reasons()
    for number in range(3 * MOST):
        reasons.add(ValueError("x" * (number % 190) + "ab"[number % 2] * (number // 190)))
    reasons.add(KeyError("a"))
    counts = reasons.commonest(10 * MOST)
    assert sum(count for _, count in counts) == 3 * MOST + 1
    assert len(counts) <= MOST + 2


def test_a_reason_is_one_short_line_without_advice() -> None:
    assert brief(NotFoundError("No such\n  model.", status_code=404)) == "NotFoundError: 404: No such model."
    assert brief(ValueError()) == "ValueError"
    assert len(brief(ValueError("long " * 100))) == LONGEST


@pytest.mark.parametrize("row", [{"city": "Rome"}, {}])
def test_a_field_that_a_row_lacks_is_named(row: dict[str, str]) -> None:
    failed = with_missing_field(Failed("a", row, KeyError("town"), 7, 0, 0.5), "row")
    assert isinstance(failed.error, InvalidRequestError)
    assert failed.error.message == "row 7 has no field town."
    assert isinstance(failed.error.__cause__, KeyError)
    assert (failed.key, failed.number, failed.seconds) == ("a", 7, 0.5)


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ({"city": "Rome"}, KeyError("city")),  # it looked elsewhere
        ({"city": "Rome"}, KeyError()),
        ("Rome", KeyError("city")),
        ({}, IndexError("city")),
    ],
)
def test_another_error_stays_what_it_is(row: object, error: Exception) -> None:
    assert with_missing_field(Failed("a", row, error, 7), "row").error is error
