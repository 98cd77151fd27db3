"""The nearest of three ends holds, and says whose it was."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given, strategies as st

from baseten_sdk._core.policy.phases import Bound, Phase, TimeLimits
from baseten_sdk._core.policy.time_bounds import TimeBounds
from baseten_sdk.config import Timeout

SECONDS = st.floats(0.01, 1000)


class FakeTime:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def limits(deadline: float = inf, attempt: float | None = None, idle: float = 5) -> TimeLimits:
    return TimeLimits(Timeout(attempt=attempt, idle=idle), first_byte=30, deadline=deadline, remaining=deadline)


@given(SECONDS, SECONDS, SECONDS)
def test_the_nearest_end_holds_and_is_named(deadline: float, attempt: float, idle: float) -> None:
    bounds = TimeBounds(limits(deadline, attempt, idle), FakeTime())
    bounds.begin()
    bounds.enter("idle")
    assert bounds.end == 1000 + min(deadline, attempt, idle)
    expiry = bounds.reached().expiry
    assert expiry.phase == "idle"
    assert expiry.limit == pytest.approx(min(deadline, attempt, idle))


@pytest.mark.parametrize(
    ("given", "phase", "bound"),
    [
        (limits(deadline=2), "queue", "call"),
        (limits(deadline=2, attempt=3), "idle", "call"),
        (limits(deadline=4, attempt=3), "idle", "attempt"),
        (limits(deadline=9, attempt=9), "idle", "phase"),
        (limits(), "idle", "phase"),
    ],
)
def test_an_end_says_whose_it_was(given: TimeLimits, phase: Phase, bound: Bound) -> None:
    bounds = TimeBounds(given, FakeTime())
    bounds.begin()
    bounds.enter(phase)
    assert bounds.reached().expiry.bound == bound


def test_a_phase_that_is_entered_again_begins_anew_and_the_call_does_not() -> None:
    time = FakeTime()
    bounds = TimeBounds(limits(deadline=8), time)
    bounds.enter("idle")
    time.now += 4
    bounds.enter("idle")
    assert (bounds.end, bounds.left()) == (1008, 4)
    assert bounds.reached().expiry.bound == "call"


def test_the_attempts_own_limit_holds_from_its_start_until_it_is_met() -> None:
    time = FakeTime()
    bounds = TimeBounds(limits(attempt=3), time)
    bounds.enter("queue")
    assert bounds.end == inf
    time.now += 100
    bounds.begin()
    bounds.enter("idle")
    assert bounds.end == 1103
    bounds.release_attempt()
    bounds.enter("idle")
    assert bounds.end == 1105


def test_what_is_left_can_be_shortened_and_never_lengthened() -> None:
    bounds = TimeBounds(limits(deadline=4), FakeTime())
    bounds.enter("idle")
    bounds.shorten(1)
    assert bounds.end == 1001
    bounds.shorten(9)
    bounds.enter("idle")
    assert bounds.end == 1001
    bounds.release()
    assert bounds.end == inf


@pytest.mark.parametrize(("passed", "bound"), [(1, "phase"), (2.996, "attempt"), (3.996, "call")])
def test_a_librarys_timer_that_fires_a_little_early_is_laid_to_our_limit(passed: float, bound: Bound) -> None:
    time = FakeTime()
    bounds = TimeBounds(limits(deadline=4, attempt=3), time)
    bounds.begin()
    time.now += passed
    assert bounds.expired("idle").expiry.bound == bound
