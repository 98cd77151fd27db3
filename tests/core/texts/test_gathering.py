"""Which failures end a call with many texts, and what its error keeps."""

from __future__ import annotations

import pickle

import pytest

from baseten_sdk._core.reply.classify import status_error
from baseten_sdk._core.reply.response import WholeResponse
from baseten_sdk._core.texts.cutting import BadText, Cutting, Part
from baseten_sdk._core.texts.gathering import Gathering, OnFailure
from baseten_sdk._core.texts.scores import LabelStore
from baseten_sdk.errors import (
    APIError,
    BasetenError,
    DeadlineExceeded,
    InvalidRequestError,
    RateLimitError,
)
from baseten_sdk.types.many import InputFailure, Results
from baseten_sdk.types.meta import Headers

FIRST, SECOND = Part(0, ["a", "b"]), Part(2, ["c", "d"])


def error(status: int) -> APIError:
    return status_error(WholeResponse(status, Headers(), b"{}"), 0.0)


def gathering(on_failure: OnFailure) -> Gathering[Results[list[str]], Results[list[str]]]:
    store: LabelStore[str] = LabelStore()
    return Gathering(store, Cutting(), on_failure, 4)


def test_the_first_failure_ends_a_call_with_what_had_come() -> None:
    made = gathering("raise")
    made.took(FIRST, Results([["x"], ["y"]]))
    with pytest.raises(RateLimitError) as caught:
        made.lost(SECOND, error(429))
    kept = caught.value.results
    assert isinstance(kept, Results)
    assert (list(kept), kept.missing, kept.failures[0].indices) == ([["x"], ["y"], [], []], [2, 3], range(2, 4))
    (note,) = caught.value.__notes__
    assert note == "2 of inputs 2 to 3 have no result. The 2 results that had come are in `results`."
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.results == kept


def test_with_keep_each_failure_costs_its_own_inputs() -> None:
    made = gathering("keep")
    failure, refusal = error(500), InvalidRequestError("texts[1] is empty.")
    made.took(Part(0, ["a"]), Results([["x"]]))
    made.refused(BadText(1, refusal))
    made.lost(SECOND, failure)
    found = made.result()
    assert list(found) == [["x"], [], [], []]
    assert found.failures == (InputFailure((1,), refusal), InputFailure(range(2, 4), failure))
    assert (made.counts.done, made.counts.failed) == (1, 3)


@pytest.mark.parametrize(
    ("cause", "after_a_success"),
    [(error(401), True), (error(402), True), (error(403), False), (error(404), False)],
)
def test_what_every_other_input_would_fail_with_ends_any_call(cause: APIError, after_a_success: bool) -> None:
    fresh = gathering("keep")
    with pytest.raises(type(cause)) as caught:
        fresh.lost(SECOND, cause)
    assert caught.value.results is None
    later = gathering("keep")
    later.took(FIRST, Results([["x"], ["y"]]))
    if after_a_success:
        with pytest.raises(type(cause)) as caught:
            later.lost(SECOND, cause)
        assert caught.value.results is not None
    else:
        later.lost(SECOND, cause)


def test_a_deadline_ends_any_call() -> None:
    made = gathering("keep")
    made.took(FIRST, Results([["x"], ["y"]]))
    with pytest.raises(DeadlineExceeded) as caught:
        made.ended(DeadlineExceeded("late", phase="idle", limit=1.0))
    assert caught.value.results == Results([["x"], ["y"], [], []])


def test_no_inputs_are_an_error() -> None:
    with pytest.raises(InvalidRequestError, match="texts must not be empty"):
        gathering("keep").result()


def test_a_mistake_of_the_program_is_raised_as_it_is() -> None:
    mistake = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError) as caught:
        gathering("raise").lost(FIRST, mistake)
    assert caught.value is mistake


def test_the_error_that_ends_a_call_is_a_copy_so_that_nothing_holds_itself() -> None:
    made = gathering("raise")
    made.took(FIRST, Results([["x"], ["y"]]))
    cause = error(500)
    with pytest.raises(BasetenError) as caught:
        made.lost(SECOND, cause)
    assert caught.value is not cause
    assert cause.results is None
