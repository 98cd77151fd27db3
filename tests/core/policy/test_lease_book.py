"""The state of shared limits: whoever holds, no minute has more than the limit."""

from __future__ import annotations

import json
from dataclasses import replace
from math import inf

import pytest
from hypothesis import given, settings, strategies as st

from baseten_sdk._core.policy.lease import HOLDER_TIMEOUT, Lease, LeaseOrder
from baseten_sdk._core.policy.lease_account import GRACE
from baseten_sdk._core.policy.lease_book import LeaseBook, LimitStateError, lease
from tests.core.policy.lease_simulation import Work, machine, most_in_a_minute


class Store:
    """Keeps a state, and carries out orders of holders with the same limits."""

    def __init__(self, requests: float | None, tokens: float | None) -> None:
        self.state: bytes | None = None
        self._limits = (requests, tokens)
        self._numbers: dict[str, int] = {}

    def order(self, holder: str, **more: object) -> LeaseOrder:
        number = self._numbers[holder] = self._numbers.get(holder, 0) + 1
        return replace(LeaseOrder(holder, number, *self._limits), **more)  # type: ignore[arg-type]

    def ask(self, holder: str, now: float, **more: object) -> Lease:
        return self.carry_out(self.order(holder, **more), now)

    def carry_out(self, order: LeaseOrder, now: float) -> Lease:
        self.state, given = lease(order, self.state, now)
        return given

    def in_use(self, now: float) -> tuple[str, str]:
        return LeaseBook.read(self.state, now).in_use()


def test_a_lease_is_a_quarter_of_a_second_of_the_limits_at_most() -> None:
    store = Store(2400, 240_000)
    assert store.ask("a", 0, calls=50, tokens=10).calls == 10
    assert store.ask("b", 0, calls=50, tokens=500) == Lease(
        2, 1000, requests_limit=2400, tokens_limit=240_000, known=False
    )
    assert store.ask("b", 0, calls=3, tokens=10).calls == 3


def test_without_a_limit_any_number_is_leased() -> None:
    assert Store(None, 120_000).ask("a", 0, calls=50, tokens=0).calls == 50
    assert Store(120, None).ask("a", 0, calls=50, tokens=5000) == Lease(1, requests_limit=120, known=False)


def test_what_is_leased_counts_until_it_is_reported_and_a_minute_more() -> None:
    store = Store(10, None)
    for _ in range(10):
        assert store.ask("a", 0, calls=1).calls == 1
    assert store.ask("b", 20, calls=1).wait > 0
    store.ask("a", 20, sent=((5.0, 10.0),))
    assert store.ask("b", 75.9, calls=1).wait == pytest.approx(0.1)
    assert store.ask("b", 76, calls=1).calls == 1


def test_what_is_given_back_is_there_at_once() -> None:
    store = Store(None, 1000)
    assert store.ask("a", 0, calls=1, tokens=1000).tokens == 1000
    assert store.ask("b", 1, calls=1, tokens=100).wait > 0
    store.ask("a", 2, freed=400, used=((0.0, 100),), returned_tokens=600)
    assert store.ask("b", 2, calls=1, tokens=100).tokens == 100
    assert store.in_use(2) == ("None", "<200 of 1000 a minute>")


def test_what_a_dead_holder_had_counts_as_spent() -> None:
    store = Store(None, 1000)
    store.ask("a", 0, calls=1, tokens=1000)
    assert store.ask("b", HOLDER_TIMEOUT + 1, calls=1, tokens=1000).wait == pytest.approx(61)
    assert store.ask("b", HOLDER_TIMEOUT + 62, calls=1, tokens=1000).tokens == 1000


def test_a_holder_that_counted_as_dead_is_told_so_and_counts_anew() -> None:
    store = Store(10, None)
    assert not store.ask("a", 0, calls=1).known
    assert store.ask("a", 1).known
    assert not store.ask("a", HOLDER_TIMEOUT + 2, returned_requests=1.0).known
    assert store.in_use(HOLDER_TIMEOUT + 2)[0] == "<1 of 10 a minute>"


def test_an_order_that_comes_twice_is_carried_out_once() -> None:
    store = Store(100, 10_000)
    order = store.order("a", calls=1, tokens=100, sent=((0.0, 2.0),))
    first = store.carry_out(order, 5)
    again = store.carry_out(order, 6)
    assert (first.calls, first.tokens) == (again.calls, again.tokens) == (1, 100)
    assert store.in_use(6) == ("<3 of 100 a minute>", "<100 of 10000 a minute>")


def test_the_lowest_limits_of_the_living_hold() -> None:
    store = Store(600, None)
    low = LeaseOrder("low", 1, 60, 5000)
    assert store.ask("a", 0).requests_limit == 600
    assert (store.carry_out(low, 0).requests_limit, store.ask("a", 0).requests_limit) == (60, 60)
    assert store.ask("a", 1).tokens_limit == 5000
    assert store.ask("a", HOLDER_TIMEOUT - 1).requests_limit == 60
    assert store.ask("a", HOLDER_TIMEOUT + 1).requests_limit == 600


def test_a_holder_that_leaves_leaves_its_limits_too() -> None:
    store = Store(600, None)
    store.carry_out(LeaseOrder("low", 1, 60, None, calls=1), 0)
    store.carry_out(LeaseOrder("low", 2, 60, None, returned_requests=1.0, leaving=True), 0)
    assert store.ask("a", 0).requests_limit == 600
    assert store.in_use(0)[0] == "<0 of 600 a minute>"


def test_whoever_waits_longest_is_next() -> None:
    store = Store(None, 6000)
    assert store.ask("a", 0, calls=1, tokens=1000).calls == 1
    large = store.ask("large", 0, calls=1, tokens=800)
    assert large.wait == pytest.approx(8)
    small = store.ask("small", 1, calls=1, tokens=50)
    assert small.calls == 0
    assert small.wait == pytest.approx(7.5)
    assert store.ask("large", 8, calls=1, tokens=800).calls == 1
    assert store.ask("small", 8.5, calls=1, tokens=50).calls == 1


def test_a_claim_that_is_not_made_good_ends() -> None:
    store = Store(None, 6000)
    store.ask("a", 0, calls=1, tokens=1000)
    wait = store.ask("gone", 0, calls=1, tokens=800).wait
    assert store.ask("small", wait + GRACE + 0.1, calls=1, tokens=50).calls == 1
    store.ask("a", 20, calls=1, tokens=1000)
    assert store.ask("rueful", 20, calls=1, tokens=800).wait > 5
    store.ask("rueful", 21)
    assert store.ask("small", 22, calls=1, tokens=50).calls == 1


def test_a_refusal_ends_the_burst() -> None:
    store = Store(600, None)
    store.ask("a", 0, drained=True)
    assert store.ask("b", 0, calls=1).wait == pytest.approx(0.1)


@pytest.mark.parametrize("back", [2.0, 1000.0, 1e9])
def test_a_clock_that_was_set_back_gives_nothing_back(back: float) -> None:
    store = Store(10, None)
    store.ask("a", 1e9, sent=((0.0, 9.0),))
    store.ask("a", 1e9, calls=1)
    now = 1e9 - back
    assert store.in_use(now)[0] == "<10 of 10 a minute>"
    assert store.ask("b", now, calls=1).wait > 0
    assert store.ask("b", now + HOLDER_TIMEOUT, calls=1).wait > 0
    store.ask("b", now + HOLDER_TIMEOUT + 31, calls=1)
    assert store.ask("b", now + HOLDER_TIMEOUT + 62, calls=1).calls == 1


def test_clocks_that_differ_a_little_are_one_clock() -> None:
    store = Store(600, None)
    store.ask("a", 100.5, sent=((0.0, 100.0),))
    for _ in range(100):
        store.ask("b", 100.0)
        store.ask("a", 100.5)
    assert store.ask("b", 160, calls=1).calls == 1


@pytest.mark.parametrize(
    ("state", "problem"),
    [
        (b"", "holds something else"),
        (b"\xff\x00", "holds something else"),
        (b"[]", "holds something else"),
        (b'{"version":2,"at":0}', "another version"),
        (b'{"version":1,"at":0}', "is damaged"),
        (b'{"version":1,"at":0,"requests":null,"tokens":null,"holders":[]}', "is damaged"),
    ],
)
def test_a_state_that_is_none_is_refused(state: bytes, problem: str) -> None:
    with pytest.raises(LimitStateError, match=problem):
        lease(LeaseOrder("a", 1, 10, None), state, 0)


def test_the_state_stays_small() -> None:
    store = Store(6_000_000, None)
    for step in range(1500):
        store.ask(str(step % 100), step / 20, calls=1, sent=((0.01, 7.0),))
    assert store.state is not None
    assert len(store.state) < 60_000
    assert json.loads(store.state)["version"] == 1


works = st.lists(
    st.lists(
        st.builds(
            Work,
            at=st.floats(0, 60),
            tokens=st.floats(1, 60),
            used=st.floats(0, 1),
            takes=st.floats(0, 8),
        ),
        max_size=60,
    ).map(lambda each: sorted(each, key=lambda work: work.at)),
    min_size=1,
    max_size=4,
)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 60), st.integers(60, 2000), works, st.floats(1, inf))
def test_no_minute_has_more_than_the_limits_and_every_call_gets_its_turn(
    requests: int, tokens: int, works: list[list[Work]], dies: float
) -> None:
    for each in works:
        for work in each:
            work.used *= work.tokens
    shared = machine(works, requests, tokens)
    shared.processes[0].dies = 1000.0 + dies
    shared.run(150)
    assert most_in_a_minute([moment for each in shared.processes for moment in each.sent]) <= requests
    used = sorted(each for process in shared.processes for each in process.used)
    for start, _ in used:
        assert sum(amount for moment, amount in used if start <= moment < start + 60) <= tokens * (1 + 1e-6)
    calls, wanted = sum(map(len, works)), sum(work.tokens for each in works for work in each)
    if calls <= requests and wanted <= tokens and all(not process.work for process in shared.processes[1:]):
        assert all(process.share.due(shared.now) == inf for process in shared.processes[1:])


def test_two_that_want_all_of_it_use_nearly_all_of_it_and_each_half() -> None:
    shared = machine([[Work(0.0)] * 3000] * 2, 600)
    shared.run(240)
    moments = sorted(moment for each in shared.processes for moment in each.sent)
    assert most_in_a_minute(moments) <= 600
    whole = [moment for moment in moments if moment >= 1060.0]
    assert len(whole) / 3 >= 0.97 * 600
    counts = [len(each.sent) for each in shared.processes]
    assert min(counts) / max(counts) > 0.9
    assert all(each.exchanges < 240 * 12 for each in shared.processes)


def test_one_that_wants_little_is_not_kept_waiting_by_one_that_wants_all() -> None:
    shared = machine([[Work(0.0)] * 3000, [Work(float(second)) for second in range(20, 200)]], 600)
    shared.run(220)
    delays = [moment - 1020 - at for at, moment in enumerate(shared.processes[1].sent)]
    assert len(delays) == 180
    assert sorted(delays)[90] < 1.0


def test_a_store_that_lost_the_state_gives_no_second_limit() -> None:
    store = Store(10, 1000)
    store.ask("a", 0, calls=1, tokens=10)
    store.state = None
    assert store.ask("a", 1, calls=1, tokens=10, heard=1.0).wait == pytest.approx(61)
    assert store.in_use(1) == ("<10 of 10 a minute>", "<1000 of 1000 a minute>")
    store.state = None
    assert store.ask("new", 2, calls=1, tokens=10).calls == 1
    store.state = None
    assert store.ask("a", 300, calls=1, tokens=10, heard=299.0).calls == 1
