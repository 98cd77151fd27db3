"""A member that hangs is noticed before its first call runs out of time."""

from __future__ import annotations

from hypothesis import given, strategies as st

from baseten_sdk._core.pool.silence import LEAST, Silence


def heard(seconds: float = 1.0) -> Silence:
    """A member that has answered once, at 10.0."""
    silence = Silence()
    silence.began(10.0 - seconds)
    silence.answered(seconds, 10.0)
    return silence


def test_a_member_without_calls_or_without_answers_is_not_silent() -> None:
    assert not heard().lasts(1e9)
    fresh = Silence()
    fresh.began(0.0)
    assert not fresh.lasts(1e9)


def test_a_silence_is_longer_than_the_slowest_recent_answer() -> None:
    silence = heard(seconds=2.0)
    silence.began(20.0)
    assert not silence.lasts(22.0)
    assert silence.lasts(22.1)
    silence.answered(4.0, 24.0)
    assert not silence.lasts(24.1)


def test_quick_members_are_given_a_moment() -> None:
    silence = heard(seconds=0.001)
    silence.began(20.0)
    assert not silence.lasts(20.0 + LEAST)
    assert silence.lasts(20.1 + LEAST)


def test_any_answer_ends_it_and_so_does_the_end_of_all_calls() -> None:
    silence = heard()
    silence.began(20.0)
    silence.began(20.0)
    assert silence.lasts(30.0)
    silence.ended()
    assert silence.lasts(30.0)
    silence.ended()
    assert not silence.lasts(30.0)
    silence.began(30.0)
    assert not silence.lasts(30.1)


@given(st.lists(st.floats(0.01, 5.0), min_size=1, max_size=50))
def test_calls_one_after_the_other_make_no_silence_unless_one_is_slower_than_all_before(times: list[float]) -> None:
    silence, now, slowest = heard(seconds=1.0), 10.0, 1.0
    for seconds in times:
        silence.began(now)
        now += seconds
        assert not silence.lasts(now) or seconds > 0.99 * slowest
        silence.answered(seconds, now)
        slowest = max(seconds, slowest * 0.98)
