"""One call to a pool, event by event."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, strategies as st

from baseten_sdk import ConfigurationError, Hedge, Retry, Target
from baseten_sdk._core.policy.retry import GiveUp
from baseten_sdk._core.policy.retry_budget import RetryBudget
from baseten_sdk._core.pool.breaker import THRESHOLD
from baseten_sdk._core.pool.course import Course
from baseten_sdk._core.pool.members import PoolState, TryMember
from baseten_sdk._core.pool.outcome import judge
from baseten_sdk._core.pool.settings import PoolSettings, listed
from baseten_sdk.errors import (
    APIConnectionError,
    APIError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    DeadlineExceeded,
    InternalServerError,
    NotFoundError,
    PayloadTooLargeError,
    RateLimitError,
    RequestTimeoutError,
    ResponseValidationError,
    UnprocessableEntityError,
)

A, B, C = Target("aaaa1111"), Target("bbbb2222"), Target(model="zai-org/GLM-5.3")
RETRY = Retry(max_retries=2, initial=0.5)


def refused(seconds: float | None = None) -> RateLimitError:
    return RateLimitError("slow down", status_code=429, retry_after=seconds)


def broken() -> InternalServerError:
    return InternalServerError("boom", status_code=500)


def failed(made: Course, member: int, error: APIError, now: float = 0.0, seconds: float = 0.1) -> TryMember | GiveUp:
    made.failed(member, error, seconds, now, hedge=False)
    return made.next(now)


def course(pool: PoolState, *, retry: Retry = RETRY, session: str | None = "s", budget: float = 100) -> Course:
    return Course(pool, pool.order(session), "chat", retry, RetryBudget(budget))


def test_every_member_is_tried_once_before_one_is_tried_again() -> None:
    made = course(PoolState([A, B, C]))
    decision: TryMember | GiveUp = made.first(0.0)
    asked: list[tuple[int, float]] = []
    while isinstance(decision, TryMember):
        asked.append((decision.member, decision.pause))
        decision = failed(made, decision.member, broken())
    assert sorted(number for number, _ in asked[:3]) == [0, 1, 2]
    assert [pause for _, pause in asked] == [0.0, 0.0, 0.0, 0.5, 1.0]
    assert len(made.errors) == len(made.tries) == 5
    assert decision == GiveUp()


@pytest.mark.parametrize(
    "error",
    [
        AuthenticationError("no", status_code=401),
        UnprocessableEntityError("no", status_code=422),
        BadRequestError("Validation: no", status_code=400),
        DeadlineExceeded("late", phase="idle"),
    ],
)
def test_what_would_fail_the_same_way_elsewhere_is_raised_at_once(error: APIError) -> None:
    made = course(PoolState([A, B]))
    assert failed(made, made.first(0.0).member, error) == GiveUp()


@pytest.mark.parametrize(
    "error",
    [
        NotFoundError("gone", status_code=404),
        BadRequestError("the deployment is deactivated", status_code=400),
        APIConnectionError("refused", phase="connect"),
        refused(),
    ],
)
def test_what_another_member_may_answer_moves_on_without_a_pause(error: APIError) -> None:
    made = course(PoolState([A, B]))
    first = made.first(0.0)
    assert failed(made, first.member, error) == TryMember(1 - first.member)


def test_a_member_that_is_gone_is_left_out_by_the_next_calls() -> None:
    pool = PoolState([A, B])
    made = course(pool)
    first = made.first(0.0).member
    failed(made, first, NotFoundError("gone", status_code=404))
    assert course(pool).first(0.1) == TryMember(1 - first)


def test_a_member_that_is_gone_is_not_asked_again_by_the_same_call() -> None:
    made = course(PoolState([A, B]))
    first = made.first(0.0).member
    gone = NotFoundError("gone", status_code=404)
    assert failed(made, first, gone) == TryMember(1 - first)
    assert failed(made, 1 - first, broken()) == TryMember(1 - first, RETRY.initial, waits=True)
    assert failed(made, 1 - first, gone, 1.0) == GiveUp()


def test_what_no_member_knows_speaks_against_none_of_them() -> None:
    pool = PoolState([A, B])
    made = course(pool)
    gone = NotFoundError("gone", status_code=404)
    assert isinstance(failed(made, made.first(0.0).member, gone), TryMember)
    assert not all(member.well(0.0) for member in pool.members)
    assert failed(made, made._tried[-1], gone) == GiveUp()
    assert all(member.well(0.0) for member in pool.members)


def test_a_member_that_refuses_rests_as_long_as_it_says() -> None:
    pool = PoolState([A, B])
    made = course(pool)
    first = made.first(0.0).member
    failed(made, first, refused(5.0))
    assert course(pool).first(4.9) == TryMember(1 - first)
    assert course(pool).first(5.0) == TryMember(first)


def test_a_dead_member_is_not_waited_for_while_another_one_may_be_asked_again() -> None:
    pool = PoolState([A, B])
    for _ in range(6):  # A is gone, and its breaker stays open for longer each time.
        pool.members[0].failed(judge(NotFoundError("gone", status_code=404)), pool.members[0].well_at, 0.0, late=False)
    made = course(pool)
    assert made.first(0.0) == TryMember(1)
    assert failed(made, 1, broken()) == TryMember(1, RETRY.initial, waits=True)


def test_tries_of_one_call_earn_the_credit_of_one_call() -> None:
    pool = PoolState([A, B, C], Hedge(after=0.1, budget=0.3))
    for _ in range(3):
        made = course(pool)
        first = made.first(0.0)
        assert made.hedge_after == 0.1
        failed(made, first.member, refused(0.001), 0.0)
        assert made.hedge_after == 0.1
    assert pool.hedging is not None
    assert not pool.hedging.take()


def test_a_session_stays_with_its_member() -> None:
    pool = PoolState([A, B, C])
    assert len({course(pool).first(0.0).member for _ in range(50)}) == 1
    assert {course(pool, session=None).first(0.0).member for _ in range(50)} == {0, 1, 2}


def test_the_same_seed_gives_the_same_order() -> None:
    def firsts(seed: int) -> list[int]:
        pool = PoolState([A, B, C], seed=seed)
        return [course(pool, session=None).first(0.0).member for _ in range(50)]

    assert firsts(7) == firsts(7)
    assert firsts(7) != firsts(8)


def test_waits_that_cannot_be_are_not_begun() -> None:
    pool = PoolState([A])
    made = Course(pool, pool.order(), "chat", RETRY, RetryBudget(100), end=3.0)
    assert isinstance(failed(made, made.first(0.0).member, refused(3.0)), GiveUp)
    made = course(PoolState([A]), retry=Retry(max_retries=2, max_retry_after=10.0))
    assert isinstance(failed(made, made.first(0.0).member, refused(11.0)), GiveUp)
    made = course(PoolState([A]), budget=0)
    assert isinstance(failed(made, made.first(0.0).member, broken()), GiveUp)


def test_a_hedge_goes_to_another_member_and_alone_to_the_same() -> None:
    pool = PoolState([A, B], Hedge(after=0.1, budget=1.0))
    made = course(pool)
    assert made.hedge_after == 0.1
    first = made.first(0.0).member
    assert made.hedge(0.1) == TryMember(1 - first)
    alone = course(PoolState([A], Hedge(after=0.1, budget=1.0)))
    assert alone.hedge_after == 0.1
    alone.first(0.0)
    assert alone.hedge(0.1) == TryMember(0)


def test_a_pool_that_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="needs at least one member"):
        PoolSettings(())
    with pytest.raises(ConfigurationError, match="aaaa1111 is a member of the pool twice"):
        PoolSettings((A, B, Target("aaaa1111", weight=2)))
    with pytest.raises(ConfigurationError, match="needs a dedicated deployment among the members"):
        PoolSettings((Target(model="zai-org/GLM-5.3"),), on_cut="continue")
    with pytest.raises(ConfigurationError, match="needs the id of a dedicated model, or model="):
        Target()
    with pytest.raises(ConfigurationError, match="weight must be more than 0"):
        Target("aaaa1111", weight=0)


@pytest.mark.parametrize("members", [None, 5, "aaaa1111", A, {"aaaa1111": 1}])
def test_members_that_are_no_list_are_refused(members: object) -> None:
    with pytest.raises(ConfigurationError, match="members must be a list of Targets, not a "):
        listed(members)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


PAGE = {"content-type": "text/html; charset=utf-8"}


@pytest.mark.parametrize(
    ("error", "moves_on", "fault"),
    [
        (RequestTimeoutError("slow", status_code=408), True, "none"),
        (ResponseValidationError("a page", status_code=200, body=b"<html>", headers=PAGE), True, "counts"),
        (ResponseValidationError("another type", status_code=200, body=b"{}"), False, "none"),
        (ConflictError("busy", status_code=409), False, "none"),
        (PayloadTooLargeError("large", status_code=413), False, "none"),
    ],
)
def test_what_may_go_away_elsewhere_is_tried_elsewhere(error: APIError, moves_on: bool, fault: str) -> None:
    found = judge(error)
    assert (found.moves_on, found.fault) == (moves_on, fault)
    made = course(PoolState([A, B]))
    assert isinstance(failed(made, made.first(0.0).member, error), TryMember) == moves_on


ERRORS = st.sampled_from([broken(), refused(), refused(0.2), NotFoundError("gone", status_code=404)])


@given(
    st.integers(1, 4),
    st.lists(st.tuples(ERRORS | st.none(), st.floats(0, 2)), min_size=1, max_size=60),
    st.integers(0, 3),
)
def test_no_order_of_events_asks_too_often_or_loses_an_error(
    size: int, events: Sequence[tuple[APIError | None, float]], retries: int
) -> None:
    pool = PoolState([Target(f"model{number:03}") for number in range(size)])
    now, remaining = 0.0, list(events)
    while remaining:
        made = Course(pool, pool.order(), "chat", Retry(max_retries=retries, initial=0.1), RetryBudget(1000))
        decision: TryMember | GiveUp = made.first(now)
        asked: list[int] = []
        while isinstance(decision, TryMember) and remaining:
            error, seconds = remaining.pop()
            if decision.member in asked:
                untried = [pool.members[number].well_at for number in range(size) if number not in asked]
                assert all(well_at >= now + decision.pause for well_at in untried), "an untried one comes first"
            asked.append(decision.member)
            now += decision.pause + seconds
            if error is None:
                made.succeeded(decision.member, seconds, now, hedge=False)
                break
            decision = failed(made, decision.member, error, now, seconds)
        assert len(asked) <= size + retries
        assert len(made.tries) == len(asked)
        assert len(made.errors) == len([each for each in made.tries if each.outcome != "ok"])


@given(st.lists(st.booleans(), min_size=200, max_size=300))
def test_no_healthy_member_starves_while_another_one_fails(failures: list[bool]) -> None:
    pool = PoolState([A, B, C])
    counts = [0, 0, 0]
    for number, fails in enumerate(failures):
        made = Course(pool, pool.order(), "chat", RETRY, RetryBudget(1000))
        decision: TryMember | GiveUp = made.first(float(number))
        while isinstance(decision, TryMember):
            counts[decision.member] += 1
            if decision.member == 0 and fails:
                decision = failed(made, 0, broken(), float(number))
            else:
                made.succeeded(decision.member, 0.1, float(number), hedge=False)
                break
    assert min(counts[1:]) >= len(failures) // 6
    if all(failures):
        assert counts[0] <= THRESHOLD + 10


def test_a_member_is_untroubled_until_it_fails_and_from_its_next_answer_on() -> None:
    pool = PoolState([A])
    alone = pool.alone
    assert alone is not None
    assert alone is pool.members[0]
    assert alone.untroubled
    made = course(pool)
    failed(made, made.first(0.0).member, broken())
    assert not alone.untroubled
    made.succeeded(0, 0.1, 1.0, hedge=False)
    assert alone.untroubled
    failed(made, 0, refused(1.0))
    assert not alone.untroubled
    assert PoolState([A], Hedge()).alone is PoolState([A, B]).alone is None


def test_new_calls_prefer_others_to_a_member_that_has_gone_silent() -> None:
    pool = PoolState([A, B])
    for number in range(2):
        pool.members[number].began(0.0)
        pool.members[number].answered(0.5, 0.5)
    hanging = course(pool)
    first = hanging.first(1.0).member
    assert course(pool).first(1.1).member == first
    assert course(pool).first(5.0).member != first
    hanging.cancelled(first, 4.0, 5.0, hedge=False)
    for _ in range(THRESHOLD):
        pool.members[1 - first].breaker.failed(6.0, 6.0)
    assert course(pool).first(6.1).member == first, "a silent member is asked where there is no other"


def held(seconds: float = 5.0) -> RateLimitError:
    error = RateLimitError("not sent", status_code=429, retry_after=seconds)
    error.sent = False
    return error


def test_a_member_whose_gate_is_closed_is_passed_over_and_does_not_rest() -> None:
    pool = PoolState([A, B])
    made = course(pool)
    first = made.first(0.0)
    assert not first.waits
    second = failed(made, first.member, held())
    assert isinstance(second, TryMember)
    assert (second.member, second.waits) == (1 - first.member, False)
    assert pool.members[first.member].ready(0.0)
    assert made.tries[0].outcome == "held"


def test_where_all_gates_are_closed_a_call_waits_at_one_and_costs_the_budget_nothing() -> None:
    made = course(PoolState([A, B]), budget=0)
    decision: TryMember | GiveUp = made.first(0.0)
    for _ in range(2):
        assert isinstance(decision, TryMember)
        decision = failed(made, decision.member, held())
    assert isinstance(decision, TryMember)
    assert (decision.pause, decision.waits) == (0.0, True)


def test_a_call_that_begins_while_all_members_rest_waits_at_a_gate() -> None:
    pool = PoolState([A, B])
    for number in (0, 1):
        made = course(pool)
        failed(made, made.first(0.0).member, refused(10.0 + number))
    assert course(pool).first(1.0).waits
    assert not course(pool).first(11.5).waits
