"""The level that finds itself, against services of which it is known what they take.

A simulation: as many calls as the level says are in flight at any time, and events happen in the order of their times.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from statistics import mean

import pytest
from hypothesis import given, strategies as st

from baseten_sdk import APIConnectionError, BadRequestError, ConfigurationError, OverloadedError, RateLimitError
from baseten_sdk.batch.run.adaptive_concurrency import AdaptiveConcurrency
from baseten_sdk.types.batch import Failed, Ok

Answer = tuple[float, Exception | None]
"""Seconds that a call takes, and how it fails."""

BUSY = RateLimitError("busy", status_code=429)


@dataclass
class World:
    """Calls in flight, and the clock."""

    answer: Callable[[int, float], Answer]
    concurrency: AdaptiveConcurrency = field(init=False)
    most: int = 256
    time: float = 0.0
    levels: list[int] = field(default_factory=list)
    served: int = 0
    refused: int = 0

    def __post_init__(self) -> None:
        self.concurrency = AdaptiveConcurrency(self.most, now=lambda: self.time)

    def run(self, seconds: float) -> World:
        """Let so many seconds pass."""
        end = self.time + seconds
        flying: list[tuple[float, int, float, Exception | None]] = []
        count = 0
        while self.time < end:
            while len(flying) < self.concurrency.current:
                took, error = self.answer(len(flying) + 1, self.time)
                count += 1
                heappush(flying, (self.time + took, count, self.time, error))
            self.time, number, began, error = heappop(flying)
            took = self.time - began
            if error is None:
                self.served += 1
                self.concurrency.note(Ok(str(number), None, None, number, 1, took))
            else:
                self.refused += 1
                self.concurrency.note(Failed(str(number), None, error, number, 1, took))
            self.levels.append(self.concurrency.current)
        return self

    @property
    def settled(self) -> float:
        """The mean level of the second half."""
        return mean(self.levels[len(self.levels) // 2 :])


def limited(width: int) -> Callable[[int, float], Answer]:
    """Takes so many at once and refuses the others."""
    return lambda flying, now: (0.1, None) if flying <= width else (0.01, BUSY)


def queueing(width: int, seconds: float = 0.1) -> Callable[[int, float], Answer]:
    """Works on so many at once; the others wait their turn there."""
    return lambda flying, now: (seconds * max(1.0, flying / width), None)


@pytest.mark.parametrize("width", [2, 10, 40, 150])
def test_it_finds_how_many_are_taken(width: int) -> None:
    world = World(limited(width)).run(60)
    assert 0.7 * width <= world.settled <= width + 1
    assert world.refused < 0.1 * world.served
    assert world.served > 0.7 * width / 0.1 * 60


@pytest.mark.parametrize("width", [4, 20, 80])
def test_it_fills_a_service_that_queues_and_not_its_queue(width: int) -> None:
    world = World(queueing(width)).run(120)
    assert width <= world.settled <= 2 * width + 6
    assert world.served > 0.95 * width / 0.1 * 120


def test_nothing_in_the_way_it_goes_up_to_the_most_quickly() -> None:
    world = World(lambda flying, now: (1.0, None), most=200).run(8)
    assert world.concurrency.current == 200


def test_a_service_that_recovers_is_used_again() -> None:
    world = World(lambda flying, now: limited(100 if not 20 < now < 40 else 10)(flying, now))
    world.run(20)
    assert world.concurrency.current > 60
    world.run(20)
    assert world.concurrency.current <= 11
    world.run(30)
    assert world.concurrency.current > 60


def test_longer_rows_are_no_reason_to_go_down() -> None:
    world = World(lambda flying, now: (0.2 if now < 20 else 2.0, None), most=64).run(20)
    assert world.concurrency.current == 64
    world.run(100)
    assert world.concurrency.current > 50


def test_latencies_that_vary_are_no_reason_either() -> None:
    chance = random.Random(3)
    world = World(lambda flying, now: (chance.lognormvariate(0, 0.8), None), most=64).run(300)
    assert world.settled > 55


def test_of_many_refusals_at_once_one_counts() -> None:
    concurrency = AdaptiveConcurrency(100, initial=100, now=lambda: 10.0)
    for number in range(50):
        concurrency.note(Failed(str(number), None, BUSY, number, 1, 0.5))
    assert concurrency.current == 70


@pytest.mark.parametrize(
    "error", [BUSY, OverloadedError("full", status_code=529), APIConnectionError("lost", phase="first_byte")]
)
def test_what_says_too_much_lowers_it(error: Exception) -> None:
    concurrency = AdaptiveConcurrency(100, initial=10, now=lambda: 10.0)
    concurrency.note(Failed("a", None, error, 1, 1, 1.0))
    assert concurrency.current == 7


def test_a_call_that_had_to_be_repeated_lowers_it() -> None:
    concurrency = AdaptiveConcurrency(100, initial=10, now=lambda: 10.0)
    concurrency.note(Ok("a", None, None, 1, 3, 2.0))
    assert concurrency.current == 7


def test_a_bad_row_changes_nothing() -> None:
    concurrency = AdaptiveConcurrency(100, initial=10, now=lambda: 10.0)
    for number in range(100):
        concurrency.note(Failed("a", None, BadRequestError("no", status_code=400), number, 1, 1.0))
    assert concurrency.current == 10
    assert repr(concurrency) == "<AdaptiveConcurrency at 10 of 100>"


@given(st.lists(st.tuples(st.floats(0, 10), st.integers(0, 3))), st.integers(1, 5), st.integers(5, 50))
def test_it_stays_within_its_bounds(events: list[tuple[float, int]], least: int, most: int) -> None:
    time = 0.0
    concurrency = AdaptiveConcurrency(most, least=least, now=lambda: time)
    for number, (took, attempts) in enumerate(events):
        time += took
        failed: Failed[object] = Failed("a", None, BUSY, number, 1, took)
        concurrency.note(Ok("a", None, None, number, attempts, took) if attempts else failed)
        assert least <= concurrency.current <= most


@pytest.mark.parametrize(("least", "most"), [(0, 5), (6, 5)])
def test_bounds_out_of_order_are_refused(least: int, most: int) -> None:
    with pytest.raises(ConfigurationError, match="least"):
        AdaptiveConcurrency(most, least=least)
