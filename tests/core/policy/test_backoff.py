"""Waits that grow."""

from __future__ import annotations

from itertools import islice
from math import inf, isclose
from random import Random

import pytest
from hypothesis import given, strategies as st

from baseten_sdk._core.policy.backoff import Backoff


def test_a_wait_grows_until_it_is_the_longest() -> None:
    assert list(islice(Backoff(0.5, 8.0).waits(), 7)) == [0.5, 1, 2, 4, 8, 8, 8]
    assert list(islice(Backoff(0.25, 1.0, growth=1.5).waits(), 5)) == [0.25, 0.375, 0.5625, 0.84375, 1.0]


@given(
    first=st.floats(0.001, 100),
    longest=st.floats(0.001, 1000),
    growth=st.floats(1.0, 10.0),
    tries=st.integers(1, 60),
)
def test_the_wait_after_some_tries_is_the_one_of_the_ladder(
    first: float, longest: float, growth: float, tries: int
) -> None:
    backoff = Backoff(first, longest, growth)
    *_, last = islice(backoff.waits(), tries)
    assert isclose(backoff.after(tries), last, rel_tol=1e-6)
    assert backoff.after(tries) <= longest


@pytest.mark.parametrize("tries", [1, 2, 1_100, 10**9])
@pytest.mark.parametrize(
    ("backoff", "end"),
    [
        (Backoff(0.5, 8.0), 8.0),
        (Backoff(10.0, 2.0), 2.0),
        (Backoff(0.0, 8.0), 0.0),
        (Backoff(3.0, 3.0, growth=1.0), 3.0),
        (Backoff(1.0, 0.0), 0.0),
    ],
)
def test_no_number_of_tries_overflows(backoff: Backoff, end: float, tries: int) -> None:
    assert backoff.after(tries) <= max(backoff.longest, 0.0)
    assert backoff.after(10**9) == end


def test_a_ladder_without_a_longest_wait_goes_on_growing() -> None:
    assert Backoff(1.0, inf).after(11) == 1024


def test_jitter_is_full() -> None:
    random = Random(1)
    drawn = [Backoff(1.0, 8.0).jittered(3, random) for _ in range(2_000)]
    assert 0 <= min(drawn) < 0.05
    assert 3.95 < max(drawn) <= 4
    assert 1.9 < sum(drawn) / len(drawn) < 2.1
