"""What follows a failed attempt: another one, after how long, or the end and why."""

from __future__ import annotations

from math import inf
from random import Random
from typing import get_args

import pytest
import tenacity
from hypothesis import given, strategies as st

from baseten_sdk._core.policy.retry import SPREAD, GiveUp, RetryAfter, RetryState, describe
from baseten_sdk._core.policy.retry_budget import RetryBudget
from baseten_sdk._core.request.request import Safety
from baseten_sdk.config import Retry
from baseten_sdk.errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    ConnectTimeout,
    DeadlineExceeded,
    FirstByteTimeout,
    IdleTimeout,
    RateLimitError,
    ResponseValidationError,
    ServiceUnavailableError,
    StreamInterrupted,
)

NOW = 1000.0


def status(number: int, retry_after: float | None = None, code: str = "", type: str = "") -> APIStatusError:
    return APIStatusError("Failed.", status_code=number, retry_after=retry_after, code=code, type=type)


def wait(decision: RetryAfter | GiveUp) -> float | None:
    """Seconds until the next attempt; None where there is none."""
    return decision.seconds if isinstance(decision, RetryAfter) else None


def state(
    policy: Retry | None = None,
    safety: Safety = "repeatable",
    *,
    end: float = inf,
    budget: RetryBudget | None = None,
    awaits_start: bool = False,
) -> RetryState:
    given = policy or Retry(random=Random(7))
    return RetryState(given, safety, budget or RetryBudget(100), end, awaits_start=awaits_start)


STATUSES: list[tuple[int, bool, bool]] = [
    (301, False, False),
    (400, False, False),
    (401, False, False),
    (402, False, False),
    (403, False, False),
    (404, False, False),
    (408, True, False),
    (409, False, False),
    (413, False, False),
    (422, False, False),
    (429, True, True),
    (499, False, False),
    (500, True, False),
    (501, False, False),
    (502, True, False),
    (503, True, True),
    (504, True, False),
    (529, True, False),
]

FAILURES: list[tuple[APIError, bool, bool]] = [
    (APIConnectionError("Refused.", phase="connect"), True, True),
    (APIConnectionError("Untrusted.", phase="connect", permanent=True), False, False),
    (ConnectTimeout("Late.", phase="connect"), True, True),
    (APIConnectionError("Lost.", phase="write"), True, False),
    (APIConnectionError("Lost.", phase="first_byte"), True, False),
    (APIConnectionError("Lost.", phase="idle", status_code=200), False, False),
    (APITimeoutError("Late.", phase="write"), False, False),
    (FirstByteTimeout("Late.", phase="first_byte"), False, False),
    (IdleTimeout("Late.", phase="idle", status_code=200), False, False),
    (APITimeoutError("Late.", phase="queue"), False, False),
    (DeadlineExceeded("Late.", phase="connect"), False, False),
    (ResponseValidationError("Odd.", status_code=200, body=b""), False, False),
    (StreamInterrupted("Cut."), False, False),
    (APIError("Odd."), False, False),
]


@pytest.mark.parametrize(("code", "repeatable", "once"), STATUSES)
def test_a_status_is_tried_again_if_that_can_help_and_do_no_harm(code: int, repeatable: bool, once: bool) -> None:
    assert (wait(state().decide(status(code), 1, NOW)) is not None) == repeatable
    assert (wait(state(safety="once").decide(status(code), 1, NOW)) is not None) == once


@pytest.mark.parametrize(
    ("error", "repeatable", "once"), FAILURES, ids=lambda value: describe(value) if isinstance(value, APIError) else ""
)
def test_a_failure_is_tried_again_if_the_request_cannot_have_run(error: APIError, repeatable: bool, once: bool) -> None:
    assert (wait(state().decide(error, 1, NOW)) is not None) == repeatable
    assert (wait(state(safety="once").decide(error, 1, NOW)) is not None) == once


@pytest.mark.parametrize("error", [each for each, _, _ in FAILURES if isinstance(each, APITimeoutError)], ids=describe)
def test_a_timeout_of_a_request_that_was_sent_is_tried_again_if_asked_for(error: APITimeoutError) -> None:
    policy = Retry(on_read_timeout=True)
    again = not isinstance(error, DeadlineExceeded) and error.phase != "queue"
    assert (wait(state(policy).decide(error, 1, NOW)) is not None) == again
    assert (wait(state(policy, "once").decide(error, 1, NOW)) is not None) == (type(error) is ConnectTimeout)


@pytest.mark.parametrize("code", ["insufficient_quota", "budget_exceeded"])
def test_a_limit_that_waiting_does_not_cure_is_not_waited_for(code: str) -> None:
    assert wait(state().decide(status(429, code=code), 1, NOW)) is None
    assert wait(state().decide(status(429, type=code), 1, NOW)) is None
    assert wait(state().decide(status(429, code="rate_limited"), 1, NOW)) is not None


@pytest.mark.parametrize("safety", get_args(Safety))
@pytest.mark.parametrize("retries", range(4))
def test_there_are_so_many_retries_and_no_more(retries: int, safety: Safety) -> None:
    found = state(Retry(max_retries=retries), safety)
    waits = [wait(found.decide(status(503), attempt, NOW)) for attempt in range(1, retries + 2)]
    assert [wait is not None for wait in waits] == [True] * retries + [False]


@given(st.integers(), st.floats(0.01, 2), st.floats(0.01, 20))
def test_a_wait_is_drawn_below_a_bound_that_doubles_up_to_the_maximum(
    seed: int, initial: float, maximum: float
) -> None:
    policy = Retry(max_retries=12, initial=initial, maximum=maximum, random=Random(seed))
    found = state(policy)
    for attempt in range(1, 13):
        waited = wait(found.decide(status(503), attempt, NOW))
        assert waited is not None
        assert 0 <= waited <= min(maximum, initial * 2 ** (attempt - 1)) * (1 + 1e-9)


def waits(seed: int) -> list[float | None]:
    found = state(Retry(max_retries=5, random=Random(seed)))
    return [wait(found.decide(status(503), attempt, NOW)) for attempt in range(1, 6)]


def test_waits_are_repeatable_with_a_seed_and_differ_without_one() -> None:
    assert waits(1) == waits(1)
    assert waits(1) != waits(2)
    assert len({wait(state(Retry()).decide(status(503), 1, NOW)) for _ in range(9)}) > 1


def test_jitter_is_full() -> None:
    states = [state(Retry(random=Random(seed))) for seed in range(200)]
    drawn = [waited for each in states if (waited := wait(each.decide(status(503), 1, NOW)))]
    assert min(drawn) < 0.05
    assert max(drawn) > 0.45


@given(st.integers(), st.floats(0, 120))
def test_a_wait_that_was_asked_for_is_kept_and_stretched_a_little(seed: int, asked: float) -> None:
    waited = wait(state(Retry(random=Random(seed))).decide(status(429, asked), 1, NOW))
    assert waited is not None
    assert asked <= waited <= asked * (1 + SPREAD)


@pytest.mark.parametrize("asked", [120.001, 3600.0, 1e300])
def test_a_wait_that_is_too_long_is_not_slept_on(asked: float) -> None:
    found = state()
    error = status(429, asked)
    end = found.decide(error, 1, NOW)
    assert isinstance(end, GiveUp)
    found.annotate(error, end)
    (note,) = error.__notes__
    assert note.startswith(f"Not tried again: the service asked to wait {asked:g} s")
    assert "max_retry_after" in note


def test_how_long_a_wait_may_be_can_be_set() -> None:
    assert wait(state(Retry(max_retry_after=5)).decide(status(429, 6), 1, NOW)) is None
    assert wait(state(Retry(max_retry_after=500)).decide(status(429, 400), 1, NOW)) is not None
    assert wait(state(Retry(max_retry_after=0)).decide(status(429, 0), 1, NOW)) == 0


def test_a_wait_that_does_not_fit_into_the_deadline_is_not_begun() -> None:
    budget = RetryBudget(5)
    found = state(end=NOW + 10, budget=budget)
    error = status(429, 10)
    end = found.decide(error, 1, NOW)
    assert isinstance(end, GiveUp)
    found.annotate(error, end)
    assert any("would not fit into the deadline" in note for note in error.__notes__)
    assert [budget.spend() for _ in range(6)] == [True] * 5 + [False]
    assert wait(state(end=NOW + 10).decide(status(429, 5), 1, NOW)) is not None
    assert wait(state(end=NOW).decide(status(503, 0), 1, NOW)) is None


def test_a_wait_that_is_exactly_the_rest_leaves_no_time_for_an_attempt() -> None:
    policy = Retry(wait=tenacity.wait_fixed(4))
    assert wait(state(policy, end=NOW + 4).decide(status(503), 1, NOW)) is None
    assert wait(state(policy, end=NOW + 4.01).decide(status(503), 1, NOW)) == 4


def test_retries_end_when_the_clients_budget_is_used_up() -> None:
    budget = RetryBudget(2)
    assert [wait(state(budget=budget).decide(status(503), 1, NOW)) is not None for _ in range(2)] == [True, True]
    error = status(503)
    found = state(budget=budget)
    end = found.decide(error, 1, NOW)
    assert isinstance(end, GiveUp)
    found.annotate(error, end)
    (note,) = error.__notes__
    assert "retry budget is used up" in note


def test_what_is_not_tried_again_takes_nothing_from_the_budget() -> None:
    budget = RetryBudget(1)
    for error in (status(400), status(429, 500), IdleTimeout("Late.", phase="idle")):
        assert wait(state(budget=budget).decide(error, 1, NOW)) is None
    assert wait(state(Retry(max_retries=0), budget=budget).decide(status(503), 1, NOW)) is None
    assert budget.spend()


def test_any_wait_strategy_of_tenacity_may_be_given() -> None:
    policy = Retry(max_retries=3, wait=tenacity.wait_chain(*(tenacity.wait_fixed(s) for s in (1, 2, 4))))
    found = state(policy)
    assert [wait(found.decide(status(503), attempt, NOW)) for attempt in (1, 2, 3, 4)] == [1, 2, 4, None]


def test_a_wait_that_was_asked_for_comes_before_a_wait_strategy() -> None:
    waited = wait(state(Retry(wait=tenacity.wait_fixed(1))).decide(status(429, 30), 1, NOW))
    assert waited is not None
    assert waited >= 30


def test_a_wait_strategy_is_told_of_the_attempt_and_its_error() -> None:
    seen: list[tuple[int, BaseException | None]] = []

    def half(call: tenacity.RetryCallState) -> float:
        assert call.outcome is not None
        seen.append((call.attempt_number, call.outcome.exception()))
        return 0.5

    found = state(Retry(wait=half))
    errors = [status(503), status(502)]
    assert [wait(found.decide(error, n, NOW)) for n, error in enumerate(errors, 1)] == [0.5, 0.5]
    assert seen == list(enumerate(errors, 1))


def test_the_error_that_ends_a_call_carries_a_note_of_all_attempts() -> None:
    found = state(Retry(wait=tenacity.wait_fixed(1.5)))
    decisions = [
        found.decide(ServiceUnavailableError("Busy.", status_code=503), 1, NOW),
        found.decide(APIConnectionError("Refused.", phase="connect"), 2, NOW),
    ]
    assert decisions == [RetryAfter(1.5, "503"), RetryAfter(1.5, "connect failed")]
    last = RateLimitError("Slow down.", status_code=429)
    end = found.decide(last, 3, NOW)
    assert isinstance(end, GiveUp)
    assert end.why is None
    found.annotate(last, end)
    assert last.__notes__ == ["3 attempts: 503 (waited 1.50 s), connect failed (waited 1.50 s), 429."]


def test_a_call_with_one_attempt_has_nothing_to_note() -> None:
    found = state(Retry(max_retries=0))
    error = status(503)
    end = found.decide(error, 1, NOW)
    assert isinstance(end, GiveUp)
    found.annotate(error, end)
    assert not hasattr(error, "__notes__")


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (status(529), "529"),
        (FirstByteTimeout("Late.", phase="first_byte", limit=2.5), "FirstByteTimeout after 2.5 s"),
        (IdleTimeout("Late.", phase="idle"), "IdleTimeout"),
        (APIConnectionError("Lost.", phase="write"), "write failed"),
        (StreamInterrupted("Cut."), "StreamInterrupted"),
    ],
)
def test_a_failure_is_described_in_a_word_or_two(error: APIError, text: str) -> None:
    assert describe(error) == text


@pytest.mark.parametrize(("number", "waits"), [(502, True), (503, True), (500, False), (504, False), (401, False)])
def test_a_deployment_that_has_not_started_is_asked_until_the_deadline(number: int, waits: bool) -> None:
    budget = RetryBudget(1)
    patient = state(end=NOW + 10_000, awaits_start=True, budget=budget)
    waited = [wait(patient.decide(status(number), attempt, NOW)) for attempt in range(1, 200)]
    assert all(each is not None for each in waited[2:]) is waits
    if waits:
        assert budget.spend()
        late = patient.decide(status(number, retry_after=30), 200, NOW + 9_990)
        assert isinstance(late, GiveUp)
        assert late.why is not None
        assert "deadline" in late.why


@pytest.mark.parametrize(
    ("policy", "end"),
    [(Retry(max_retries=0), NOW + 100), (Retry(max_retries=2), inf)],
    ids=["no retries", "no deadline"],
)
def test_without_retries_or_a_deadline_a_start_is_not_waited_for(policy: Retry, end: float) -> None:
    patient = state(policy, end=end, awaits_start=True)
    assert wait(patient.decide(status(503), policy.max_retries + 1, NOW)) is None
