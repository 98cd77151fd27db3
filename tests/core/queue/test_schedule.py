"""Whose turn it is among many requests: everybody's alike, however many there are."""

from __future__ import annotations

from hypothesis import example, given, strategies as st

from baseten_sdk import AsyncRequestStatus
from baseten_sdk._core.queue.polling import FIRST, LONGEST
from baseten_sdk._core.queue.schedule import Schedule

RUNNING = AsyncRequestStatus(request_id="r", status="IN_PROGRESS")
DONE = AsyncRequestStatus(request_id="r", status="SUCCEEDED", webhook_status="SUCCEEDED")
UNDELIVERED = AsyncRequestStatus(request_id="r", status="SUCCEEDED", webhook_status="PENDING")


def test_all_are_due_at_first_in_their_order() -> None:
    roster = Schedule("abc", 5.0)
    assert [turn.job for turn in roster.take(5.0, 2)] == ["a", "b"]
    assert [turn.job for turn in roster.take(5.0, 2)] == ["c"]
    assert roster.take(5.0, 2) == []
    assert len(roster) == 3


def test_one_that_goes_on_is_due_again_later_and_later() -> None:
    roster = Schedule("a", 0.0)
    now, waits = 0.0, list[float]()
    for _ in range(20):
        (turn,) = roster.take(now, 1)
        assert not roster.is_over(turn, RUNNING, now)
        waits.append(roster.rest(now))
        now += waits[-1]
    assert waits[0] == FIRST
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST


def test_one_that_is_over_or_dropped_is_gone() -> None:
    roster = Schedule("ab", 0.0)
    a, b = roster.take(0.0, 2)
    assert roster.is_over(a, DONE, 0.0)
    roster.drop(b)
    assert len(roster) == 0
    assert roster.rest(0.0) == 0.0


def test_a_delivery_that_is_pending_is_not_over_until_its_time_is() -> None:
    roster = Schedule("a", 0.0)
    (turn,) = roster.take(0.0, 1)
    assert not roster.is_over(turn, UNDELIVERED, 0.0)
    (turn,) = roster.take(60.0, 1)
    assert roster.is_over(turn, UNDELIVERED, 60.0)


@example(jobs=34, most=11, step=5.0, rounds=34)  # many are due at the same moment
@given(st.integers(1, 400), st.integers(1, 50), st.floats(0.01, 5), st.integers(1, 60))
def test_nobody_is_asked_twice_while_another_waits_longer(jobs: int, most: int, step: float, rounds: int) -> None:
    roster = Schedule(range(jobs), 0.0)
    asked = [0] * jobs
    last = [-1.0] * jobs
    now = 0.0
    for _ in range(rounds):
        turns = roster.take(now, most)
        assert len(turns) <= most
        for turn in turns:
            asked[turn.job] += 1
            last[turn.job] = now
            roster.again(turn, now)
        now += step
    assert len(roster) == jobs
    # Who is asked more often than another has been waiting to be asked for at least as long.
    assert max(asked) - min(asked) <= 1
