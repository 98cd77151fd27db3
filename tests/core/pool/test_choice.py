"""The order in which members are tried."""

from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import given, strategies as st

from baseten_sdk import Target
from baseten_sdk._core.pool.choice import drawn, ordered

MEMBERS = [Target("aaaa1111"), Target("bbbb2222", weight=2), Target(model="zai-org/GLM-5.3")]


@given(st.text(max_size=8))
def test_every_member_is_in_the_order_once_and_the_order_follows_from_the_key(key: str) -> None:
    assert sorted(ordered(MEMBERS, key)) == [0, 1, 2]
    assert ordered(MEMBERS, key) == ordered(MEMBERS, key)


def test_the_first_is_drawn_by_weight() -> None:
    firsts = Counter(ordered(MEMBERS, str(number))[0] for number in range(20_000))
    assert abs(firsts[0] / 20_000 - 0.25) < 0.02
    assert abs(firsts[1] / 20_000 - 0.50) < 0.02


def test_calls_without_a_session_are_drawn_by_weight_too() -> None:
    random = Random(0)
    orders = [drawn(MEMBERS, random) for _ in range(20_000)]
    assert all(sorted(order) == [0, 1, 2] for order in orders)
    firsts = Counter(order[0] for order in orders)
    assert abs(firsts[0] / 20_000 - 0.25) < 0.02
    assert abs(firsts[1] / 20_000 - 0.50) < 0.02


@given(st.text(max_size=8))
def test_a_member_that_goes_away_moves_nobody_else(key: str) -> None:
    before = ordered(MEMBERS, key)
    assert ordered(MEMBERS[:2], key) == [number for number in before if number != 2]
