"""Bad luck, or a limit."""

from __future__ import annotations

import pytest

from baseten_sdk._core.policy.refusal_streak import ENOUGH, OLD_NEWS, RefusalStreak


def test_a_single_refusal_after_many_requests_that_were_taken_is_bad_luck() -> None:
    row = RefusalStreak()
    for _ in range(3):
        for _ in range(ENOUGH):
            row.taken(sent_since=False)
        assert not row.refused()
    assert RefusalStreak(ENOUGH).refused() is False


def test_a_second_one_soon_after_is_not() -> None:
    row = RefusalStreak(ENOUGH)
    assert not row.refused()
    row.taken(sent_since=False)
    assert row.refused()
    assert row.length == 2 - OLD_NEWS


def test_without_requests_that_were_taken_the_first_one_counts() -> None:
    assert RefusalStreak().refused()
    assert RefusalStreak(ENOUGH - 1).refused()


@pytest.mark.parametrize(("sent_since", "left"), [(True, 0.0), (False, 2 - OLD_NEWS)])
def test_only_what_was_sent_since_ends_a_row(sent_since: bool, left: float) -> None:
    row = RefusalStreak()
    row.refused()
    row.refused()
    row.taken(sent_since=sent_since)
    assert row.length == left
