"""A member that hangs is found out by requests that wait for longer than usual."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given, strategies as st

from baseten_sdk import Target
from baseten_sdk._core.pool.breaker import THRESHOLD
from baseten_sdk._core.pool.member_check import UNKNOWN, MemberCheck
from baseten_sdk._core.pool.members import PoolState
from baseten_sdk._core.pool.silence import MOST_KINDS, SlowestAnswers

USUAL = 2.0


class Time:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def pool_of(members: int = 2, usual: float | None = USUAL) -> PoolState:
    pool = PoolState([Target(f"model{number:03}") for number in range(members)])
    if usual is not None:
        answer(pool, 0, usual, 100.0)
    return pool


def answer(pool: PoolState, number: int, seconds: float, now: float, kind: str = "chat") -> None:
    """A member answers a request that it got some seconds before."""
    pool.members[number].began(now - seconds)
    check = MemberCheck(pool, number, range(len(pool.members)), (), kind, lambda: now - seconds)
    check.sent()
    check.answered(now)
    pool.members[number].answered(seconds, now)


def sent(pool: PoolState, time: Time, *, number: int = 0, asked: tuple[int, ...] = ()) -> MemberCheck:
    """A request that a member has got just now."""
    pool.members[number].began(time.now)
    made = MemberCheck(pool, number, range(len(pool.members)), asked, "chat", time)
    made.sent()
    return made


def test_late_requests_of_a_silent_member_are_given_up() -> None:
    pool, time = pool_of(), Time()
    checks = [sent(pool, time) for _ in range(THRESHOLD)]
    time.now += USUAL - 0.1
    assert all(0 < check.look() <= 0.2 for check in checks)
    time.now += 0.2
    assert [check.look() > 0 for check in checks] == [True] * (THRESHOLD - 1) + [False]
    assert not any(check.look() for check in checks)


def test_a_reply_that_keeps_arriving_is_not_late_until_it_stops() -> None:
    pool, time = pool_of(), Time()
    checks = [sent(pool, time) for _ in range(THRESHOLD)]
    for _ in range(3):
        time.now += USUAL - 0.1
        assert all(check.heard() > 0 for check in checks)
        assert all(check.look() > 0 for check in checks)
    time.now += USUAL + 0.1
    assert [check.look() > 0 for check in checks] == [True] * (THRESHOLD - 1) + [False]
    assert all(check.heard() for check in checks)
    assert all(check.look() for check in checks)
    time.now += 0.1
    checks[0].answered(time.now)
    assert pool.slowest.of("chat") == pytest.approx(4 * USUAL - 0.1)


def test_one_or_two_late_requests_may_be_long_answers() -> None:
    pool, time = pool_of(), Time()
    checks = [sent(pool, time) for _ in range(THRESHOLD - 1)]
    time.now += 100 * USUAL
    assert all(check.look() > 0 for check in checks)


def test_failures_in_a_row_count_like_late_requests() -> None:
    pool, time = pool_of(), Time()
    check = sent(pool, time)
    for _ in range(THRESHOLD - 1):
        pool.members[0].breaker.failed(time.now, time.now)
    time.now += USUAL + 0.1
    assert check.look() == 0.0


def test_a_member_that_answers_something_does_not_hang() -> None:
    pool, time = pool_of(), Time()
    checks = [sent(pool, time) for _ in range(THRESHOLD + 1)]
    time.now += USUAL + 0.1
    assert checks[0].look() > 0
    answer(pool, 0, 0.1, time.now, kind="embeddings")
    assert all(check.look() > USUAL / 2 for check in checks)
    assert pool.members[0].late == 0


def test_nobody_is_moved_where_no_other_member_is_well_or_left() -> None:
    time = Time()
    alone, silent, asked = pool_of(1), pool_of(), pool_of()
    silent.members[1].breaker.failed(time.now, time.now, at_once=True)
    checks = [
        sent(pool, time, asked=(1,) if pool is asked else ()) for pool in (alone, silent, asked) for _ in range(5)
    ]
    time.now += 50 * USUAL
    assert all(check.look() > 0 for check in checks)


def test_before_anything_was_answered_nothing_is_late() -> None:
    pool, time = pool_of(usual=None), Time()
    checks = [sent(pool, time) for _ in range(5)]
    time.now += 1000
    assert [check.look() for check in checks] == [UNKNOWN] * 5
    answer(pool, 1, 3.0, time.now)
    assert [check.look() > 0 for check in checks] == [True, True, False, False, False], "the others' answers tell"


def test_each_opening_of_its_breaker_gives_a_member_twice_the_time() -> None:
    pool, time = pool_of(), Time()
    for _ in range(THRESHOLD):
        pool.members[0].breaker.failed(time.now, time.now)
    probe = sent(pool, time)
    time.now += 2 * USUAL - 0.1
    assert probe.look() > 0
    time.now += 0.2
    assert probe.look() == 0.0


def test_a_request_that_ends_says_whether_it_was_late() -> None:
    pool, time = pool_of(), Time()
    unsent = MemberCheck(pool, 0, (0, 1), (), "chat", time)
    early, late = sent(pool, time), sent(pool, time)
    assert not early.ended()
    time.now += USUAL + 0.1
    assert late.look() > 0
    assert pool.members[0].late == 1
    assert late.ended()
    assert not unsent.ended()
    assert pool.members[0].late == 0


def test_what_a_request_waited_for_before_it_was_sent_does_not_count() -> None:
    pool, time = pool_of(usual=None), Time()
    check = MemberCheck(pool, 0, (0, 1), (), "chat", time)
    time.now += 60.0
    check.sent()
    time.now += 1.0
    check.answered(time.now)
    assert pool.slowest.of("chat") == 1.0
    MemberCheck(pool, 0, (0, 1), (), "chat", time).answered(time.now + 60.0)
    assert pool.slowest.of("chat") == 1.0


def test_kinds_that_are_kept_are_few() -> None:
    slowest = SlowestAnswers()
    for number in range(10 * MOST_KINDS):
        slowest.answered(f"/sync/items/{number}", 1.0)
    assert sum(slowest.of(f"/sync/items/{number}") is not None for number in range(10 * MOST_KINDS)) <= MOST_KINDS


@given(st.lists(st.tuples(st.sampled_from(["send", "look", "answer", "end"]), st.floats(0, 3)), max_size=60))
def test_late_requests_are_counted_as_long_as_they_wait(events: list[tuple[str, float]]) -> None:
    pool, time = pool_of(), Time()
    waiting: list[MemberCheck] = []
    for event, seconds in events:
        time.now += seconds
        if event == "send":
            waiting.append(sent(pool, time))
        elif waiting and event == "look":
            assert 0 <= waiting[0].look() < inf
        elif waiting and event == "answer":
            waiting.pop(0).answered(time.now)
            pool.members[0].answered(seconds, time.now)
        elif waiting:
            waiting.pop(0).ended()
            pool.members[0].cancelled(time.now, time.now, late=False)
        assert 0 <= pool.members[0].late <= len(waiting)
