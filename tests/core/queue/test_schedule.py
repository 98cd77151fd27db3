"""Which requests are polled next: all alike, however many there are."""

from __future__ import annotations

from hypothesis import example, given, strategies as st

from baseten_sdk import AsyncRequestStatus
from baseten_sdk._core.queue.polling import POLL_INTERVALS
from baseten_sdk._core.queue.schedule import Schedule

RUNNING = AsyncRequestStatus(request_id="r", status="IN_PROGRESS")
DONE = AsyncRequestStatus(request_id="r", status="SUCCEEDED", webhook_status="SUCCEEDED")
UNDELIVERED = AsyncRequestStatus(request_id="r", status="SUCCEEDED", webhook_status="PENDING")


def test_all_are_due_at_first_in_their_order() -> None:
    schedule = Schedule("abc", 5.0)
    assert [poll.job for poll in schedule.take(5.0, 2)] == ["a", "b"]
    assert [poll.job for poll in schedule.take(5.0, 2)] == ["c"]
    assert schedule.take(5.0, 2) == []
    assert len(schedule) == 3


def test_one_that_goes_on_is_due_again_later_and_later() -> None:
    schedule = Schedule("a", 0.0)
    now, waits = 0.0, list[float]()
    for _ in range(20):
        (poll,) = schedule.take(now, 1)
        assert not schedule.is_over(poll, RUNNING, now)
        waits.append(schedule.rest(now))
        now += waits[-1]
    assert waits[0] == POLL_INTERVALS.first
    assert waits == sorted(waits)
    assert waits[-1] == POLL_INTERVALS.longest


def test_one_that_is_over_or_dropped_is_gone() -> None:
    schedule = Schedule("ab", 0.0)
    a, b = schedule.take(0.0, 2)
    assert schedule.is_over(a, DONE, 0.0)
    schedule.drop(b)
    assert len(schedule) == 0
    assert schedule.rest(0.0) == 0.0


def test_a_delivery_that_is_pending_is_not_over_until_its_time_is() -> None:
    schedule = Schedule("a", 0.0)
    (poll,) = schedule.take(0.0, 1)
    assert not schedule.is_over(poll, UNDELIVERED, 0.0)
    (poll,) = schedule.take(60.0, 1)
    assert schedule.is_over(poll, UNDELIVERED, 60.0)


@example(jobs=34, most=11, step=5.0, rounds=34)  # many are due at the same moment
@given(st.integers(1, 400), st.integers(1, 50), st.floats(0.01, 5), st.integers(1, 60))
def test_nobody_is_asked_twice_while_another_waits_longer(jobs: int, most: int, step: float, rounds: int) -> None:
    schedule = Schedule(range(jobs), 0.0)
    asked = [0] * jobs
    last = [-1.0] * jobs
    now = 0.0
    for _ in range(rounds):
        polls = schedule.take(now, most)
        assert len(polls) <= most
        for poll in polls:
            asked[poll.job] += 1
            last[poll.job] = now
            schedule.again(poll, now)
        now += step
    assert len(schedule) == jobs
    # Who is asked more often than another has been waiting to be asked for at least as long.
    assert max(asked) - min(asked) <= 1
