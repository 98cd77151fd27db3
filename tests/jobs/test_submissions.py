"""Which submission is asked about next."""

from __future__ import annotations

from math import inf

from baseten_sdk.jobs.submissions import POLL_INTERVALS, Submission, Submissions


def submission(number: int, request_id: str | None = "r") -> Submission:
    return Submission(number, 1, f"t{number}", 0.0, request_id)


def test_the_earliest_is_asked_about_first() -> None:
    submissions = Submissions()
    one, two = submission(1), submission(2)
    for each, moment in ((one, 5.0), (two, 3.0)):
        submissions.add(each)
        submissions.schedule(each, moment)
    assert submissions.due(1.0) == 2.0
    assert submissions.due(3.0) is two
    assert submissions.due(3.0) == 2.0
    assert submissions.due(9.0) is one
    assert submissions.due(9.0) == inf


def test_a_new_moment_replaces_the_one_before() -> None:
    submissions = Submissions()
    one = submission(1)
    submissions.add(one)
    submissions.schedule(one, 1.0)
    submissions.schedule(one, 7.0)
    assert submissions.due(2.0) == 5.0


def test_nobody_is_asked_about_what_is_over_or_has_no_id() -> None:
    submissions = Submissions()
    one, two = submission(1), submission(2, None)
    for each in (one, two):
        submissions.add(each)
        submissions.schedule(each, 1.0)
    assert submissions.remove(one)
    assert not submissions.remove(one)
    assert submissions.due(2.0) == inf
    assert len(submissions) == 1


def test_the_questions_become_rarer_and_the_more_there_are_the_rarer() -> None:
    submissions = Submissions()
    one = submission(1)
    submissions.add(one)
    waits: list[float] = []
    for _ in range(20):
        submissions.postpone(one, 0.0)
        wait = submissions.due(0.0)
        assert isinstance(wait, float)
        waits.append(wait)
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (2.0, POLL_INTERVALS.longest)
    for number in range(2, 1001):
        submissions.add(submission(number))
    other = submission(0)
    submissions.add(other)
    submissions.schedule(one, 1e9)
    submissions.postpone(other, 0.0)
    assert submissions.due(0.0) == 100.1


def test_a_row_has_one_attempt_at_a_time() -> None:
    submissions = Submissions()
    one = submission(1)
    submissions.add(one)
    assert submissions.get(1, 1) is submissions.of(1) is one
    assert submissions.get(1, 2) is None
    assert submissions.of(2) is None


def test_the_time_since_the_end_is_measured_from_when_it_was_seen() -> None:
    one = submission(1)
    assert one.seconds_over(10.0) == 0.0
    assert one.seconds_over(13.0) == 3.0
