"""The engine: every row has one outcome, as many at once as the level says, and the end that was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given, strategies as st

from baseten_sdk._runs.feed import Feed, Item, Row
from baseten_sdk._runs.supply import AsyncSupply, HereSupply, Record, ThreadSupply
from baseten_sdk.batch.run.concurrency import FixedConcurrency
from baseten_sdk.batch.run.engine import Gauge, run_rows
from baseten_sdk.batch.run.stop import Stop
from baseten_sdk.errors import APIConnectionError, BatchInterrupted, BatchRowError
from baseten_sdk.rates import Backoff
from baseten_sdk.types.batch import Failed, Ok, Outcome

pytestmark = pytest.mark.anyio


def records(values: Iterable[int]) -> Iterator[Record[int]]:
    for number, value in enumerate(values, 1):
        yield Record(number, value)


def admit(record: Record[int]) -> Item[int] | None:
    value = record.value
    if isinstance(value, BatchRowError):
        return Failed("bad", None, value, record.number)
    return Row(record.number, f"k{value}", value) if value % 10 != 9 else None


def feed_of(values: Iterable[int], *, lookahead: int = 8) -> Feed[int]:
    return Feed(HereSupply(records(values), admit), lookahead=lookahead)


@dataclass
class Collected:
    """The outcomes in the order in which they came, and the places of their rows."""

    outcomes: list[Outcome[int, int]]
    positions: list[int]

    async def __call__(self, position: int, outcome: Outcome[int, int]) -> None:
        self.outcomes.append(outcome)
        self.positions.append(position)

    @property
    def keys(self) -> list[str]:
        return [outcome.key for outcome in self.outcomes]


def collected() -> Collected:
    return Collected([], [])


async def double(value: int) -> int:
    await anyio.lowlevel.checkpoint()
    return 2 * value


@given(
    values=st.lists(st.integers(0, 1000), max_size=40),
    width=st.integers(1, 9),
    lookahead=st.integers(1, 9),
    bad=st.sets(st.integers(0, 1000)),
)
def test_every_row_has_exactly_one_outcome(values: list[int], width: int, lookahead: int, bad: set[int]) -> None:
    got = collected()

    async def perform(value: int) -> int:
        if value in bad:
            raise ValueError(value)
        return await double(value)

    anyio.run(lambda: run_rows(feed_of(values, lookahead=lookahead), perform, got, concurrency=FixedConcurrency(width)))
    wanted = [value for value in values if value % 10 != 9]
    assert sorted(got.keys) == sorted(f"k{value}" for value in wanted)
    assert sorted(got.positions) == list(range(1, len(wanted) + 1))
    for outcome in got.outcomes:
        match outcome:
            case Ok(row=row, value=value):
                assert value == 2 * row
                assert row not in bad
            case Failed(row=row, error=error):
                assert isinstance(error, ValueError)
                assert row in bad


async def test_as_many_are_in_flight_as_the_level_says_and_no_more() -> None:
    gauge = Gauge()
    seen: list[int] = []

    async def perform(value: int) -> int:
        seen.append(gauge.in_flight)
        await anyio.lowlevel.checkpoint()
        seen.append(gauge.in_flight)
        return value

    await run_rows(feed_of(range(100)), perform, collected(), concurrency=FixedConcurrency(7), gauge=gauge)
    assert max(seen) == 7
    assert gauge.in_flight == 0


class Moving:
    """A level that follows a script."""

    def __init__(self) -> None:
        self.current = 4
        self.noted = 0

    def note(self, outcome: Outcome[object, object], /) -> None:
        self.noted += 1
        self.current = {20: 1, 40: 6}.get(self.noted, self.current)


async def test_the_level_may_fall_and_rise_while_the_rows_run() -> None:
    concurrency = Moving()
    gauge = Gauge()
    most: dict[int, int] = {}

    async def perform(value: int) -> int:
        await anyio.lowlevel.checkpoint()
        most[concurrency.current] = max(most.get(concurrency.current, 0), gauge.in_flight)
        return value

    got = collected()
    await run_rows(feed_of(range(200)), perform, got, concurrency=concurrency, gauge=gauge)
    assert len(got.outcomes) == 180
    assert most[6] == 6
    assert concurrency.noted == 180


async def test_a_source_is_read_a_little_ahead_and_no_more() -> None:
    read: list[int] = []
    begun: list[int] = []
    all_busy = anyio.Event()
    proceed = anyio.Event()

    def source() -> Iterator[Record[int]]:
        for number in range(1000):
            read.append(number)
            yield Record(number, 10 * number)

    async def perform(value: int) -> int:
        begun.append(value)
        if len(begun) == 4:
            all_busy.set()
        await proceed.wait()
        return value

    feed = Feed(ThreadSupply(source(), admit), lookahead=10)
    got = collected()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: run_rows(feed, perform, got, concurrency=FixedConcurrency(4)))
        with anyio.fail_after(60):
            await all_busy.wait()
        await anyio.wait_all_tasks_blocked()
        assert len(read) <= 4 + 10
        proceed.set()
    assert len(got.outcomes) == 1000


async def test_a_slow_source_delays_no_row() -> None:
    send, receive = anyio.create_memory_object_stream[int](1)
    got = collected()
    feed = Feed(AsyncSupply(receive, admit), lookahead=10)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: run_rows(feed, double, got, concurrency=FixedConcurrency(4)))
        async with send:
            for value in range(3):
                await send.send(value)
                with anyio.fail_after(60):
                    while len(got.outcomes) <= value:
                        await anyio.lowlevel.checkpoint()
    assert got.keys == ["k0", "k1", "k2"]
    receive.close()


async def test_a_stop_lets_what_is_in_flight_finish_and_takes_no_more() -> None:
    stop = Stop()
    got = collected()

    async def perform(value: int) -> int:
        if value == 12:
            stop.request(BatchInterrupted("Enough."))
        await anyio.lowlevel.checkpoint()
        return value

    feed = feed_of(range(100))
    await run_rows(feed, perform, got, concurrency=FixedConcurrency(4), stop=stop)
    assert len(got.outcomes) == feed.taken < 20
    assert "k12" in got.keys


async def test_a_stop_at_once_waits_for_nothing() -> None:
    stop = Stop()
    got = collected()

    async def perform(value: int) -> int:
        if value < 5:
            return value
        if value == 8:
            stop.at_once(BatchInterrupted("Now."))
        await anyio.sleep_forever()
        return value

    with anyio.fail_after(60):
        await run_rows(feed_of(range(100)), perform, got, concurrency=FixedConcurrency(4), stop=stop)
    assert got.keys == ["k0", "k1", "k2", "k3", "k4"]


async def test_a_stop_with_grace_cancels_when_it_is_over() -> None:
    stop = Stop()

    async def perform(value: int) -> int:
        stop.request(BatchInterrupted("Soon."), grace=0.01)
        await anyio.sleep_forever()
        return value

    with anyio.fail_after(60):
        await run_rows(feed_of(range(100)), perform, collected(), concurrency=FixedConcurrency(4), stop=stop)


async def test_a_source_that_blocks_does_not_keep_a_stop_waiting() -> None:
    stop = Stop()
    released = anyio.Event()

    async def stuck() -> None:
        await anyio.sleep_forever()

    class Stuck:
        async def take(self, most: int) -> list[Item[int]] | None:
            await stuck()
            return None

    async with anyio.create_task_group() as tasks:

        async def running() -> None:
            await run_rows(
                Feed[int](Stuck(), lookahead=4), double, collected(), concurrency=FixedConcurrency(4), stop=stop
            )
            released.set()

        tasks.start_soon(running)
        await anyio.wait_all_tasks_blocked()
        stop.request(BatchInterrupted("Enough."))
        with anyio.fail_after(60):
            await released.wait()


async def test_a_failure_that_passes_is_tried_again_and_its_attempts_are_added(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("baseten_sdk.batch.run.transient.WAITS", Backoff(first=0.0, longest=0.0))
    calls: dict[int, int] = {}

    async def perform(value: int) -> int:
        calls[value] = calls.get(value, 0) + 1
        if value == 3 or calls[value] < 3:
            error = APIConnectionError("It broke.", phase="idle")
            error.attempts = 2
            raise error
        return value

    got = collected()
    gauge = Gauge()
    await run_rows(feed_of(range(5)), perform, got, concurrency=FixedConcurrency(2), retries=2, gauge=gauge)
    outcomes = {outcome.key: outcome for outcome in got.outcomes}
    assert isinstance(outcomes["k3"], Failed)
    assert [outcomes[f"k{value}"].attempts for value in range(5)] == [5, 5, 5, 6, 5]
    assert gauge.retries == 10


async def test_a_row_that_waits_for_another_try_is_given_up_at_a_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    def for_long(error: Exception, tries: int) -> float:
        return 1000.0

    monkeypatch.setattr("baseten_sdk.batch.run.engine.retry_delay", for_long)
    stop = Stop()

    async def perform(value: int) -> int:
        raise APIConnectionError("It broke.", phase="idle")

    got = collected()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: run_rows(feed_of(range(50)), perform, got, concurrency=FixedConcurrency(4), stop=stop))
        await anyio.wait_all_tasks_blocked()
        stop.request(BatchInterrupted("Enough."))
    assert got.outcomes == []


async def test_what_the_receiver_raises_ends_the_run_as_it_is() -> None:
    async def deliver(position: int, outcome: Outcome[int, int]) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match=r"^disk full$"):
        await run_rows(feed_of(range(50)), double, deliver, concurrency=FixedConcurrency(4))


async def test_what_a_source_raises_is_raised_when_the_rows_before_that_have_their_outcomes() -> None:
    def source() -> Iterator[Record[int]]:
        yield Record(1, 1)
        yield Record(2, 2)
        raise LookupError("no such table")

    got = collected()
    feed = Feed(ThreadSupply(source(), admit), lookahead=1)
    with pytest.raises(LookupError, match=r"^no such table$"):
        await run_rows(feed, double, got, concurrency=FixedConcurrency(4))
    assert sorted(got.keys) == ["k1", "k2"]


async def test_a_slow_receiver_slows_the_workers_down() -> None:
    started: list[int] = []
    proceed = anyio.Event()

    async def perform(value: int) -> int:
        started.append(value)
        return value

    async def deliver(position: int, outcome: Outcome[int, int]) -> None:
        await proceed.wait()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: run_rows(feed_of(range(50)), perform, deliver, concurrency=FixedConcurrency(4)))
        await anyio.wait_all_tasks_blocked()
        assert len(started) == 4
        proceed.set()
    assert len(started) == 45
