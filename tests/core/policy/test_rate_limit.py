"""No minute has more than its limit, whichever minute one looks at, and none that could be full is not."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise
from math import inf

import pytest
from hypothesis import given, strategies as st

from baseten_sdk._core.policy.allowance import MINUTE, SLACK, Allowance
from baseten_sdk._core.policy.rate_limit import RateLimit, Reservation


@dataclass(frozen=True)
class Call:
    """When a call comes, how long it lasts, what it is thought to use and what it does."""

    comes: float
    lasts: float
    estimate: float
    uses: float


@dataclass(frozen=True)
class Seen:
    """What the service sees of a call."""

    arrived: float
    ended: float
    uses: float


def calls(largest: float) -> st.SearchStrategy[list[Call]]:
    one = st.tuples(st.floats(0, 200), st.floats(0, 40), st.floats(1, largest), st.floats(0, 1), st.floats(0, 1)).map(
        lambda each: Call(each[0], each[1], each[2], each[2] * each[3])
    )
    return st.lists(one, min_size=1, max_size=60).map(lambda many: sorted(many, key=lambda each: each.comes))


def run(rate: RateLimit, coming: list[Call]) -> list[Seen]:
    """First come, first served, as the throttle does it: what the service sees."""
    seen: list[Seen] = []
    running: list[tuple[float, int, Call, Reservation]] = []
    now = 0.0
    for call in coming:
        now = max(now, call.comes)
        while True:
            while running and running[0][0] <= now:
                ended, _, one, reservation = heappop(running)
                rate.settle(reservation, one.uses, ended)
            opens = rate.opens(call.estimate, now)
            if opens <= now:
                break
            now = min(opens, running[0][0] if running else inf)
            assert now < inf, "nothing will ever let it through"
        reservation = rate.hold(call.estimate, now)
        rate.sent(reservation, now)
        heappush(running, (now + call.lasts, len(seen), call, reservation))
        seen.append(Seen(now, now + call.lasts, call.uses))
    return seen


def most(moments: list[tuple[float, float]], seconds: float = MINUTE) -> float:
    """The largest sum in any so many seconds; a window that begins with an entry has the most."""
    moments = sorted(moments)
    starts = [moment for moment, _ in moments]
    sums = [0.0]
    for _, amount in moments:
        sums.append(sums[-1] + amount)
    return max(sums[bisect_left(starts, start + seconds)] - sums[index] for index, start in enumerate(starts))


@given(calls(1), st.integers(1, 30), st.floats(0, SLACK * 0.999))
def test_no_minute_has_more_requests_than_allowed(coming: list[Call], limit: int, jitter: float) -> None:
    seen = run(RateLimit(limit, None), coming)
    arrivals = [(each.arrived + (jitter if index % 2 else 0), 1.0) for index, each in enumerate(seen)]
    assert most(arrivals) <= limit


@given(calls(500), st.integers(500, 5000))
def test_no_minute_has_more_tokens_than_allowed_however_they_are_counted(coming: list[Call], limit: int) -> None:
    seen = run(RateLimit(None, limit), coming)
    assert most([(each.arrived, each.uses) for each in seen]) <= limit + 1e-6
    assert most([(each.ended, each.uses) for each in seen]) <= limit + 1e-6


@given(calls(500), st.integers(1, 30), st.integers(500, 5000))
def test_both_limits_hold_together(coming: list[Call], requests: int, tokens: int) -> None:
    seen = run(RateLimit(requests, tokens), coming)
    assert most([(each.arrived, 1.0) for each in seen]) <= requests
    assert most([(each.arrived, each.uses) for each in seen]) <= tokens + 1e-6


@pytest.mark.parametrize("limit", [1, 2, 7, 60, 3000])
def test_every_minute_is_full_when_there_is_enough_to_do(limit: int) -> None:
    minutes = 4
    seen = run(RateLimit(limit, None), [Call(0, 0.1, 0, 0)] * min(limit * minutes, 12_000))
    arrived = [each.arrived for each in seen]
    for minute in range(minutes):
        begins = minute * (MINUTE + SLACK)
        count = sum(begins <= each < begins + MINUTE + SLACK for each in arrived)
        if (minute + 1) * limit <= len(arrived):
            assert count == pytest.approx(limit, rel=0.01)


def test_tokens_are_used_to_the_full_although_the_first_estimates_are_large() -> None:
    coming = [*[Call(0, 0.5, 4000, 300)] * 20, *[Call(0, 0.5, 320, 300)] * 700]
    seen = run(RateLimit(None, 60_000), coming)
    assert sum(each.uses for each in seen if each.arrived < 3 * (MINUTE + SLACK)) > 0.95 * 3 * 60_000


def test_a_burst_goes_at_once_and_the_rest_at_the_pace() -> None:
    seen = run(RateLimit(60, None), [Call(0, 0, 0, 0)] * 40)
    gaps = [after.arrived - before.arrived for before, after in pairwise(seen)]
    assert gaps[:9] == [0] * 9
    assert gaps[9:] == pytest.approx([1.0] * 30)
    assert [each.arrived for each in run(RateLimit(3, None), [Call(0, 0, 0, 0)] * 3)] == [0, 0, 0]


def test_what_is_larger_than_a_minute_goes_when_all_else_has_gone() -> None:
    rate = RateLimit(None, 100)
    first = rate.hold(10, 0)
    assert rate.opens(1000, 0) == inf
    rate.settle(first, 0, 1)
    assert rate.opens(1000, 1) == 1
    large = rate.hold(1000, 1)
    rate.settle(large, 1000, 2)
    assert rate.opens(1, 3) == pytest.approx(2 + MINUTE + SLACK)


def test_what_was_never_sent_is_given_back() -> None:
    rate = RateLimit(1, 100)
    rate.settle(rate.hold(100, 0), 0, 0)
    assert rate.opens(100, 0) == 0


def test_more_than_was_thought_is_paid_later_and_once() -> None:
    rate = RateLimit(None, 100)
    rate.settle(rate.hold(10, 0), 250, 0)
    assert rate.opens(50, 0) == MINUTE + SLACK
    assert rate.opens(50, MINUTE + SLACK) == MINUTE + SLACK


def test_after_a_refusal_there_is_no_burst() -> None:
    rate = RateLimit(60, None)
    rate.drain(0)
    assert rate.opens(0, 0) == pytest.approx(1)


def test_lower_limits_of_the_service_hold_and_higher_ones_do_not() -> None:
    rate = RateLimit(60, 600)
    rate.restrict(1000, 6)
    assert rate.requests is not None
    assert rate.tokens is not None
    assert (rate.requests.limit, rate.tokens.limit) == (60, 6)
    rate.restrict(0, None)
    assert rate.requests.limit == 60
    assert repr(rate.tokens) == "<0 of 6 a minute>"


def test_a_turn_far_back_in_the_queue_is_not_promised_early() -> None:
    rate = RateLimit(60, None)
    assert rate.soonest(9, 0) == 0
    assert rate.soonest(29, 0) == pytest.approx(20)
    assert RateLimit(None, 5).soonest(1000, 0) == 0


@given(st.lists(st.tuples(st.floats(0, 0.5), st.floats(0, 20)), max_size=2000))
def test_the_log_stays_short(spent: list[tuple[float, float]]) -> None:
    allowance = Allowance(1000)
    now = 0.0
    for gap, used in spent:
        now += gap
        allowance.settle(0, used, now)
    assert len(allowance._log) <= 700
