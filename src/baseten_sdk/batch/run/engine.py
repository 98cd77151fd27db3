"""`run_rows`: the core of every batch. It knows rows, calls and outcomes, and neither files nor clients.

Theory of operation. A feed holds the next few rows. Workers, as many as the level says, each take a row, make its call,
hand its outcome on, and take the next; a worker that finds too many beside it leaves, one that finds too few starts
another. So at most that many calls are in flight, no task is made per row, and a row costs no turn of the event loop
beyond those of its call. A failure that passes is waited out by the worker itself, in its place: when the service is in
trouble, everything slows down with it. Whoever takes the outcomes may let the workers wait, which bounds what is held.

When a stop is requested no further row is taken and no wait begun; the rows in flight finish. A row that was waiting
for another try has no outcome: it is as if it had never been taken.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeAlias, TypeVar

import anyio
import anyio.abc

from ..._runs.feed import Feed, Row
from ..._runs.first_error import ungrouped
from ...errors import APIError
from ...types.batch import Failed, Ok, Outcome
from .stop import Stop
from .transient import patience_for

R = TypeVar("R")
T = TypeVar("T")

Deliver: TypeAlias = Callable[[int, Outcome[R, T]], Awaitable[None]]
"""Takes an outcome and the place in which its row was taken up, from 1. While it waits, its worker does."""


class Concurrency(Protocol):
    """How many rows may be in flight; it may change while the rows run."""

    @property
    def current(self) -> int:
        """So many, at least 1."""
        ...

    def note(self, outcome: Outcome[object, object], /) -> None:
        """Learn from an outcome."""
        ...


@dataclass(frozen=True, slots=True)
class FixedConcurrency:
    """Always as many."""

    current: int

    def note(self, outcome: Outcome[object, object], /) -> None:
        """Nothing is learned."""


@dataclass(slots=True)
class Gauge:
    """What can be seen of a run from outside.

    Attributes:
        in_flight: rows whose call is being made or waited for.
        again: tries beyond the first of a row.
    """

    in_flight: int = 0
    again: int = 0


async def run_rows(
    feed: Feed[R],
    perform: Callable[[R], Awaitable[T]],
    deliver: Deliver[R, T],
    *,
    level: Concurrency,
    stop: Stop | None = None,
    retries: int = 2,
    gauge: Gauge | None = None,
) -> None:
    """Run all rows of a feed; return when each has its outcome, or when the stop is complete.

    Args:
        feed: the rows. What its supply raises is raised here, when the rows before that have their outcomes.
        perform: makes the call of a row. What it raises is the row's failure and ends nothing else.
        deliver: takes each outcome, in the order in which they come. What it raises ends the run.
        level: how many rows may be in flight.
        stop: ends the run early.
        retries: how often a row that failed for a passing reason is tried again, after the client's own attempts.
        gauge: is kept up to date.
    """
    stop = stop or Stop()
    engine = _Engine(feed, perform, deliver, level, stop, retries, gauge or Gauge())
    with ungrouped(), anyio.CancelScope() as scope:
        stop.bounds(scope, feed.close)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(feed.run)
            engine.start(tasks)
    if feed.failure is not None:
        raise feed.failure


class _Engine(Generic[R, T]):
    def __init__(
        self,
        feed: Feed[R],
        perform: Callable[[R], Awaitable[T]],
        deliver: Deliver[R, T],
        level: Concurrency,
        stop: Stop,
        retries: int,
        gauge: Gauge,
    ) -> None:
        self._feed = feed
        self._perform = perform
        self._deliver = deliver
        self._level = level
        self._stop = stop
        self._retries = retries
        self._gauge = gauge
        self._workers = 0

    def start(self, tasks: anyio.abc.TaskGroup) -> None:
        """Start a worker."""
        self._workers += 1
        tasks.start_soon(self._work, tasks)

    async def _work(self, tasks: anyio.abc.TaskGroup) -> None:
        feed, level, gauge = self._feed, self._level, self._gauge
        while self._workers <= level.current:
            item = await feed.next()
            if item is None:
                break
            place = feed.taken
            if isinstance(item, Failed):
                await self._deliver(place, item)
                continue
            if self._workers < level.current:
                self.start(tasks)
            gauge.in_flight += 1
            try:
                outcome = await self._outcome(item)
            finally:
                gauge.in_flight -= 1
            if outcome is not None:
                level.note(outcome)
                await self._deliver(place, outcome)
        self._workers -= 1

    async def _outcome(self, row: Row[R]) -> Outcome[R, T] | None:
        began = time.perf_counter()
        attempts = 0
        tries = 0
        while True:
            tries += 1
            try:
                value = await self._perform(row.value)
            except Exception as error:
                failure = error
            else:
                seconds = time.perf_counter() - began
                return Ok(row.key, row.value, value, row.number, attempts + _attempts(value), seconds)
            attempts += failure.attempts if isinstance(failure, APIError) else 0
            wait = patience_for(failure, tries) if tries <= self._retries else None
            if wait is None:
                return Failed(row.key, row.value, failure, row.number, attempts, time.perf_counter() - began)
            self._gauge.again += 1
            if not await self._stop.sleep(wait):
                return None


def _attempts(value: object) -> int:
    """How many requests a reply took, where it tells."""
    attempts = getattr(getattr(value, "meta", None), "attempts", 0)
    return attempts if isinstance(attempts, int) else 0
