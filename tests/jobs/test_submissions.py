"""Which submission is asked about next."""

from __future__ import annotations

from baseten_sdk.jobs.submissions import LONGEST, Live, Lives


def live(number: int, request_id: str | None = "r") -> Live:
    return Live(number, 1, f"t{number}", 0.0, request_id)


def test_the_earliest_is_asked_about_first() -> None:
    lives = Lives()
    one, two = live(1), live(2)
    for each, moment in ((one, 5.0), (two, 3.0)):
        lives.add(each)
        lives.schedule(each, moment)
    assert lives.due(1.0) == 2.0
    assert lives.due(3.0) is two
    assert lives.due(3.0) == 2.0
    assert lives.due(9.0) is one
    assert lives.due(9.0) is None


def test_a_new_moment_replaces_the_one_before() -> None:
    lives = Lives()
    one = live(1)
    lives.add(one)
    lives.schedule(one, 1.0)
    lives.schedule(one, 7.0)
    assert lives.due(2.0) == 5.0


def test_nobody_is_asked_about_what_is_over_or_has_no_id() -> None:
    lives = Lives()
    one, two = live(1), live(2, None)
    for each in (one, two):
        lives.add(each)
        lives.schedule(each, 1.0)
    assert lives.remove(one)
    assert not lives.remove(one)
    assert lives.due(2.0) is None
    assert len(lives) == 1


def test_the_questions_become_rarer_and_the_more_there_are_the_rarer() -> None:
    lives = Lives()
    one = live(1)
    lives.add(one)
    waits: list[float] = []
    for _ in range(20):
        lives.postpone(one, 0.0)
        wait = lives.due(0.0)
        assert isinstance(wait, float)
        waits.append(wait)
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (2.0, LONGEST)
    for number in range(2, 1001):
        lives.add(live(number))
    other = live(0)
    lives.add(other)
    lives.schedule(one, 1e9)
    lives.postpone(other, 0.0)
    assert lives.due(0.0) == 100.1


def test_a_row_has_one_attempt_at_a_time() -> None:
    lives = Lives()
    one = live(1)
    lives.add(one)
    assert lives.get(1, 1) is lives.of(1) is one
    assert lives.get(1, 2) is None
    assert lives.of(2) is None


def test_the_time_since_the_end_is_measured_from_when_it_was_seen() -> None:
    one = live(1)
    assert one.seconds_over(10.0) == 0.0
    assert one.seconds_over(13.0) == 3.0
