"""A batch is aborted when it must be, no sooner, and what is withheld is neither lost nor doubled."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from baseten_sdk.batch.run.breaker import LATER, CircuitBreaker
from baseten_sdk.errors import (
    APIConnectionError,
    AuthenticationError,
    BadRequestError,
    BatchRowError,
    ClientClosedError,
    ConfigurationError,
    DuplicateKeyError,
    InvalidRequestError,
    LimitStoreError,
    NotFoundError,
    PaymentRequiredError,
    PermissionDeniedError,
)
from baseten_sdk.types.batch import Failed


def failed(error: Exception, number: int = 1) -> Failed[str]:
    return Failed(f"k{number}", "row", error, number)


def refused(number: int = 1, code: str = "a") -> Failed[str]:
    return failed(BadRequestError(f"No {number}.", status_code=400, code=code), number)


@given(st.lists(st.sampled_from(["ok", "a", "b", "twice"]), max_size=60), st.integers(1, 6))
def test_every_failure_is_freed_once_or_held_when_the_job_is_given_up(course: list[str], abort_after: int) -> None:
    breaker: CircuitBreaker[str] = CircuitBreaker(abort_after)
    freed: list[Failed[str]] = []
    given: list[Failed[str]] = []
    run = longest = 0
    last = ""
    succeeded = False
    for number, what in enumerate(course):
        if what == "ok":
            freed += breaker.success()
            succeeded, run, last = True, 0, ""
            continue
        if what == "twice":
            twice = failed(DuplicateKeyError("Twice.", number=number), number)
            given.append(twice)
            freed += breaker.failure(twice)
            continue
        given.append(refused(number, what))
        freed += breaker.failure(given[-1])
        run = run + 1 if what == last else 1
        last = what
        longest = max(longest, run)
        bound = max(LATER * abort_after, 4) if succeeded else abort_after
        assert (breaker.aborted is not None) == (run >= bound)
        if breaker.aborted is not None:
            kept = {each.key for each in given} - {each.key for each in freed}
            assert len(kept) == run
            return
    freed += breaker.released()
    assert sorted(each.number for each in freed) == sorted(each.number for each in given)


@pytest.mark.parametrize(
    "error",
    [
        AuthenticationError("No.", status_code=401),
        PermissionDeniedError("No.", status_code=403),
        PaymentRequiredError("No.", status_code=402),
        NotFoundError("No.", status_code=404),
    ],
    ids=lambda error: str(error.status_code),
)
def test_some_failures_need_no_company(error: Exception) -> None:
    breaker: CircuitBreaker[str] = CircuitBreaker(20)
    assert breaker.failure(failed(error)) == []
    assert breaker.aborted is not None
    assert breaker.aborted.error is breaker.aborted.__cause__ is error
    assert breaker.failure(failed(error, 2)) == []
    other = refused()
    assert breaker.failure(other) == [other]


@pytest.mark.parametrize("kind", [PermissionDeniedError, NotFoundError])
def test_what_may_be_about_one_row_is_once_another_succeeded(kind: type[NotFoundError]) -> None:
    breaker: CircuitBreaker[str] = CircuitBreaker(20)
    breaker.success()
    breaker.failure(failed(kind("No.", status_code=404)))
    assert breaker.aborted is None


def test_the_configuration_the_key_the_credit_and_limits_that_cannot_be_shared_end_a_job_at_any_time() -> None:
    key, credit = AuthenticationError("No.", status_code=401), PaymentRequiredError("No.", status_code=402)
    for error in (key, credit, LimitStoreError("No."), ConfigurationError("No."), ClientClosedError("No.")):
        breaker: CircuitBreaker[str] = CircuitBreaker(20)
        breaker.success()
        breaker.failure(failed(error))
        assert breaker.aborted is not None


def test_limits_that_may_be_there_again_soon_end_no_job_at_once() -> None:
    breaker: CircuitBreaker[str] = CircuitBreaker(20)
    down = replace(failed(LimitStoreError("Redis is down.", transient=True)), attempts=0)
    for _ in range(19):
        breaker.failure(down, in_flight=5)
    assert breaker.aborted is None
    breaker.failure(down, in_flight=5)
    assert breaker.aborted is not None


def test_a_failure_that_says_nothing_of_the_others_does_not_count() -> None:
    breaker: CircuitBreaker[str] = CircuitBreaker(3)
    bad = failed(BatchRowError("Bad.", number=1))
    for _ in range(50):
        assert breaker.failure(bad, in_flight=1) == [bad]
        assert breaker.failure(refused(), again=True)
    assert breaker.aborted is None
    for _ in range(3):
        breaker.failure(bad)
    assert breaker.aborted is not None


def test_a_wrong_configuration_ends_a_job_while_other_rows_are_in_flight_and_a_wrong_argument_does_not() -> None:
    breaker: CircuitBreaker[str] = CircuitBreaker(20)
    wrong = replace(failed(InvalidRequestError("messages must be a list.")), attempts=0)
    assert breaker.failure(wrong, in_flight=5) == [wrong]
    assert breaker.aborted is None
    assert breaker.failure(replace(failed(ConfigurationError("No key.")), attempts=0), in_flight=5) == []
    assert breaker.aborted is not None


def test_without_abort_after_nothing_aborts() -> None:
    breaker: CircuitBreaker[str] = CircuitBreaker(None)
    for number in range(100):
        outcome = failed(AuthenticationError("No.", status_code=401), number)
        assert breaker.failure(outcome) == [outcome]
    assert breaker.aborted is None


def test_a_wide_job_may_have_one_accident_all_at_once() -> None:
    breaker: CircuitBreaker[str] = CircuitBreaker(20, concurrency=256)
    breaker.success()
    for number in range(4 * 256 - 1):
        breaker.failure(failed(APIConnectionError("Lost.", phase="idle"), number))
    assert breaker.aborted is None
    assert len(breaker.success()) == 4 * 256 - 1
