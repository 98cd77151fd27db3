"""A limit a minute, with the time as an argument."""

from __future__ import annotations

import pytest

from baseten_sdk.emulator.fleet.minute import MinuteLimit


def taken(limit: MinuteLimit, now: float) -> int:
    """Take all that may be taken."""
    count = 0
    while not limit.wait(now):
        limit.take(1.0)
        count += 1
    return count


def test_it_takes_its_burst_at_once_and_is_replenished_all_the_time() -> None:
    limit = MinuteLimit(600, 10, now=100.0)
    assert taken(limit, 100.0) == 10
    assert limit.wait(100.0) == pytest.approx(0.1)
    assert [taken(limit, 100.0 + second) for second in (0.55, 1.05, 61.05)] == [5, 5, 10]


def test_what_was_used_beyond_the_limit_is_owed() -> None:
    limit = MinuteLimit(60, 60, now=0.0)
    limit.take(90.0)
    assert limit.left(0.0) == -30.0
    assert limit.wait(0.0) == pytest.approx(31.0)
    assert limit.wait(31.0) == 0.0


def test_a_clock_that_goes_back_gives_nothing() -> None:
    limit = MinuteLimit(60, 60, now=10.0)
    limit.take(60.0)
    assert limit.left(5.0) == 0.0
