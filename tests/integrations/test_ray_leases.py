"""The books of a cluster's limits, without a cluster: whoever holds, no minute has more than the limit."""

from __future__ import annotations

import heapq
from bisect import bisect_left
from math import inf

import anyio
import pytest
from hypothesis import given, strategies as st

from baseten_sdk.integrations.ray.leases import SILENCE, Leases, RayLease, Spent
from baseten_sdk.integrations.ray.local_share import TOKENS_PER_ROW, LocalShare

NOTHING = Spent()


def test_a_block_is_half_a_second_of_the_limit() -> None:
    leases = Leases(1200, 120_000)
    assert leases.lease("a", 10, NOTHING, 0) == RayLease(10, 100)
    assert leases.lease("b", 1000, NOTHING, 0) == RayLease(1, 1000)


def test_without_a_limit_any_number_is_leased() -> None:
    assert Leases(None, 120_000).lease("a", 100, NOTHING, 0) == RayLease(inf, 1000)
    assert Leases(120, None).lease("a", 100, NOTHING, 0) == RayLease(1, inf)


def test_what_is_leased_counts_until_it_is_reported_and_a_minute_more() -> None:
    leases = Leases(10, None)
    for _ in range(10):
        assert leases.lease("a", 0, NOTHING, 0).requests == 1
    assert leases.lease("b", 0, NOTHING, 30).wait > 0
    leases.lease("a", 0, Spent(requests=10), 40)
    assert leases.lease("b", 0, NOTHING, 100).wait > 0
    assert leases.lease("b", 0, NOTHING, 101.1).requests == 1


def test_what_is_given_back_is_there_at_once() -> None:
    leases = Leases(None, 1000)
    lease = leases.lease("a", 1000, NOTHING, 0)
    assert lease.tokens == 1000
    assert leases.lease("b", 100, NOTHING, 1).wait > 0
    leases.give_back("a", 1, 600, Spent(1, 400, 100), 2)
    assert leases.lease("b", 100, NOTHING, 2).tokens == 100
    assert leases.in_use(2) == ("None", "<200 of 1000 a minute>")


def test_a_holder_that_died_is_buried_with_what_it_had() -> None:
    leases = Leases(None, 1000)
    leases.lease("a", 1000, NOTHING, 0)
    assert leases.lease("b", 1000, NOTHING, SILENCE + 1).wait == pytest.approx(61)
    assert leases.lease("b", 1000, NOTHING, SILENCE + 63).tokens == 1000


def test_what_one_holder_is_refused_is_leased_to_nobody_until_the_service_takes_calls_again() -> None:
    leases = Leases(6000, None)
    leases.lease("a", 0, NOTHING, 0)
    leases.lease("b", 0, NOTHING, 0)
    assert leases.lease("a", 0, Spent(requests=1, refusals=1, closed_for=30.0), 1).wait == 30.0
    assert leases.lease("c", 0, NOTHING, 11).wait == 20.0
    leases.lease("b", 0, Spent(requests=1), 12)
    assert leases.lease("b", 0, Spent(requests=1), 13).requests
    assert leases.lease("c", 0, NOTHING, 13).requests


def test_one_refusal_among_many_calls_holds_nobody() -> None:
    leases = Leases(6000, None)
    for now in range(3):
        leases.lease("a", 0, Spent(requests=50), now)
    assert leases.lease("a", 0, Spent(requests=50, refusals=1, closed_for=30.0), 4).requests


@given(st.integers(1, 40), st.integers(1, 6), st.lists(st.floats(0, 3), min_size=20, max_size=80))
def test_no_minute_has_more_than_the_limit_however_many_hold(limit: int, holders: int, works: list[float]) -> None:
    """Each holder leases, makes its calls one after another, and reports them with its next lease."""
    leases = Leases(limit, None)
    sent: list[float] = []
    turns = [(0.0, holder, 0.0) for holder in range(holders)]
    for work in works:
        now, holder, calls = heapq.heappop(turns)
        lease = leases.lease(str(holder), 0, Spent(requests=calls), now)
        made = int(lease.requests)
        moments = [now + work * (index + 1) / made for index in range(made)]
        sent += moments
        heapq.heappush(turns, (moments[-1] if moments else now + lease.wait, holder, float(made)))
    sent.sort()
    assert max((bisect_left(sent, start + 60) - at for at, start in enumerate(sent)), default=0) <= limit


class Cashier:
    """A source that says yes, and is told what became of it."""

    def __init__(self, *leases: RayLease) -> None:
        self.leases = list(leases)
        self.asked: list[tuple[float, Spent]] = []
        self.returned: list[tuple[float, float, Spent]] = []

    async def lease(self, each: float, spent: Spent, /) -> RayLease:
        self.asked.append((each, spent))
        await anyio.lowlevel.checkpoint()
        return self.leases.pop(0)

    async def give_back(self, requests: float, tokens: float, spent: Spent, /) -> None:
        self.returned.append((requests, tokens, spent))


@pytest.mark.anyio
async def test_a_refusal_is_reported_with_the_next_lease() -> None:
    cashier = Cashier(RayLease(1, TOKENS_PER_ROW), RayLease(1, TOKENS_PER_ROW))
    share = LocalShare(cashier)
    share.settle(await share.take(), 0.0)
    share.refused(5.0)
    share.refused(3.0)
    await share.take()
    assert [(spent.refusals, spent.closed_for) for _, spent in cashier.asked] == [(0, 0.0), (2, 5.0)]


@pytest.mark.anyio
async def test_calls_share_a_block_and_one_asks_for_the_next() -> None:
    source = Cashier(RayLease(3, 300), RayLease(3, 300))
    share = LocalShare(source, each=100)
    held: list[float] = []

    async def call() -> None:
        held.append(await share.take())

    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(call)
    assert held == [100] * 5
    assert len(source.asked) == 2
    share.settle(100, 40)
    await share.give_back()
    assert source.returned == [(1, 100, Spent(1, 100, 40))]
    await share.give_back()
    assert len(source.returned) == 1


@pytest.mark.anyio
async def test_it_asks_again_when_it_is_told_to() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    source = Cashier(RayLease(wait=2), RayLease(wait=60), RayLease(1, TOKENS_PER_ROW))
    assert await LocalShare(source, sleep=sleep).take() == TOKENS_PER_ROW
    assert 2 <= slept[0] <= 2.2
    assert 5 <= slept[1] <= 5.5


@pytest.mark.anyio
async def test_what_rows_use_is_learned_and_repeats_are_paid() -> None:
    source = Cashier(RayLease(2, 4096), RayLease(1, 500))
    share = LocalShare(source)
    held = await share.take()
    share.settle(held, 500, requests=2)
    assert await share.take() == 500
    assert source.asked[1] == (500, Spent(2, TOKENS_PER_ROW, 500))


@pytest.mark.anyio
async def test_a_use_that_nobody_knows_is_what_was_held() -> None:
    source = Cashier(RayLease(1, 100), RayLease(1, 100))
    share = LocalShare(source, each=100)
    share.settle(await share.take(), None)
    await share.take()
    assert source.asked[1][1] == Spent(1, 100, 100)
