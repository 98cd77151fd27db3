"""Calls that are spaced out keep below the allowed rate, in their order, and lose nothing when there is no hurry."""

from __future__ import annotations

from itertools import pairwise
from math import inf

import pytest
from hypothesis import given, strategies as st

from baseten_sdk._core.policy.pacing import MARGIN, ODD, EvenSpacing


def test_a_burst_is_spread_evenly() -> None:
    spacing = EvenSpacing(20)
    waits = [spacing.reserve(5.0) for _ in range(4)]
    assert waits == pytest.approx([0, 1 / 19, 2 / 19, 3 / 19])


def test_calls_without_hurry_do_not_wait() -> None:
    spacing = EvenSpacing(20)
    assert [spacing.reserve(now) for now in (1.0, 1.1, 1.2, 9.0)] == [0, 0, 0, 0]


@given(st.floats(0.5, 100), st.lists(st.floats(0, 0.3), min_size=2, max_size=60))
def test_no_two_calls_come_closer_than_the_rate_allows(per_second: float, gaps: list[float]) -> None:
    spacing = EvenSpacing(per_second)
    now, starts = 100.0, list[float]()
    for gap in gaps:
        now += gap
        wait = spacing.reserve(now)
        starts.append(now + wait)
    apart = 1 / (per_second * MARGIN)
    assert all(later - earlier >= apart * (1 - 1e-6) for earlier, later in pairwise(starts))


def test_no_rate_means_no_wait() -> None:
    spacing = EvenSpacing(inf)
    assert [spacing.reserve(3.0) for _ in range(5)] == [0] * 5


def test_another_clock_does_not_make_calls_wait_for_ever() -> None:
    spacing = EvenSpacing(20)
    spacing.reserve(1e9)
    assert spacing.reserve(5.0) == 0
    assert spacing.reserve(5.0) == pytest.approx(1 / 19)


def test_a_long_queue_keeps_its_order_and_its_pace() -> None:
    spacing = EvenSpacing(20)
    waits = [spacing.reserve(100.0 + number / 1000) for number in range(5000)]
    assert waits[-1] == pytest.approx(4999 / 19 - 4.999)


def test_a_call_that_will_not_wait_so_long_takes_no_turn() -> None:
    spacing = EvenSpacing(20)
    spacing.reserve(5.0)
    assert spacing.reserve(5.0, 1 / 20) == pytest.approx(1 / 19)
    assert spacing.reserve(5.0) == pytest.approx(1 / 19)


def test_threads_that_tell_the_time_a_little_late_change_nothing() -> None:
    spacing = EvenSpacing(20)
    for _ in range(100):
        spacing.reserve(100.0)
    assert spacing.reserve(100.0 - ODD / 2) == pytest.approx(100 / 19 + ODD / 2)
