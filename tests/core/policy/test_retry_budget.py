"""The retry budget: a retry takes a token, a success gives a fifth of one back."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given, strategies as st

from baseten_sdk._core.policy.retry_budget import REFUND, RetryBudget


def test_a_budget_is_spent_token_by_token() -> None:
    budget = RetryBudget(3)
    assert [budget.spend() for _ in range(5)] == [True, True, True, False, False]


def test_five_successes_pay_for_a_retry() -> None:
    budget = RetryBudget(1)
    assert budget.spend()
    for _ in range(4):
        budget.refund()
    assert not budget.spend()
    budget.refund()
    assert budget.spend()


def test_successes_do_not_save_up_beyond_the_capacity() -> None:
    budget = RetryBudget(2)
    for _ in range(100):
        budget.refund()
    assert [budget.spend() for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize("capacity", [0, 0.5])
def test_a_budget_below_one_allows_nothing(capacity: float) -> None:
    budget = RetryBudget(capacity)
    budget.refund()
    assert not budget.spend()


def test_an_unlimited_budget_is_never_used_up() -> None:
    budget = RetryBudget(inf)
    assert all(budget.spend() for _ in range(1000))
    budget.refund()
    assert budget.spend()


@given(st.floats(0, 20), st.lists(st.booleans(), max_size=300))
def test_no_history_allows_more_than_the_capacity_and_what_was_given_back(
    capacity: float, successes: list[bool]
) -> None:
    budget = RetryBudget(capacity)
    spent = 0
    for success in successes:
        if success:
            budget.refund()
        else:
            spent += budget.spend()
    assert spent <= capacity + REFUND * sum(successes) + 1e-6
