"""`run_rows`: the core of every batch. It knows rows, calls and outcomes, but neither files nor clients.

Theory of operation. A feed holds the next few rows. Workers, as many as `concurrency` allows, each take a row, make its
call, deliver its outcome, and take the next row. A worker that finds too many others leaves; one that finds too few
starts another. So no more calls are in flight than allowed, no task is made for each row, and a row costs no turn of
the event loop beyond those of its call. A worker waits out a transient failure itself, so everything slows down while
the service is in trouble. The function that takes outcomes may wait too, which bounds what is held in memory.

When a stop is requested, no further row is taken and no wait begins; the rows in flight finish. A row that was waiting
for another try has no outcome, as if it had never been taken.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

import anyio
import anyio.abc

from ..._retry_count import count_retries
from ..._runs.feed import Feed, Row
from ..._runs.first_error import first_error
from ...errors import APIError
from ...types.batch import Failed, Ok, Outcome
from .concurrency import Concurrency
from .reasons import brief
from .stop import Stop
from .transient import retry_delay

R = TypeVar("R")
T = TypeVar("T")

Deliver: TypeAlias = Callable[[int, Outcome[R, T]], Awaitable[None]]
"""Takes the position in which a row was taken, from 1, and its outcome. While it waits, its worker waits."""


@dataclass(slots=True)
class Gauge:
    """What can be seen of a run from outside.

    Attributes:
        in_flight: Rows whose call is being made, or which wait for another try.
        waiting: Rows among them that wait for another try.
        waiting_for: Why the last of them failed.
        retries: Tries of rows beyond the first.
        given_up: Rows whose wait for another try a stop ended.
    """

    in_flight: int = 0
    waiting: int = 0
    waiting_for: str = ""
    retries: int = 0
    given_up: int = 0


async def run_rows(
    feed: Feed[R],
    perform: Callable[[R], Awaitable[T]],
    deliver: Deliver[R, T],
    *,
    concurrency: Concurrency,
    stop: Stop | None = None,
    retries: int = 2,
    gauge: Gauge | None = None,
) -> None:
    """Run all rows of a feed. Return once each has its outcome, or once the run has stopped.

    Args:
        feed: The rows. An exception of its supply is raised here, once the rows before it have their outcomes.
        perform: Makes the call of a row. An exception is the row's failure and ends nothing else.
        deliver: Takes each outcome as it comes. An exception ends the run.
        concurrency: How many rows may be in flight.
        stop: Ends the run early.
        retries: How often to try a row again that failed for a transient reason, after the client's own attempts.
        gauge: Is kept up to date.
    """
    stop = stop or Stop()
    engine = _Engine(feed, perform, deliver, concurrency, stop, retries, gauge or Gauge())
    with first_error(), anyio.CancelScope() as scope:
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
        concurrency: Concurrency,
        stop: Stop,
        retries: int,
        gauge: Gauge,
    ) -> None:
        self._feed = feed
        self._perform = perform
        self._deliver = deliver
        self._concurrency = concurrency
        self._stop = stop
        self._retries = retries
        self._gauge = gauge
        self._workers = 0

    def start(self, tasks: anyio.abc.TaskGroup) -> None:
        """Start a worker."""
        self._workers += 1
        tasks.start_soon(self._work, tasks)

    async def _work(self, tasks: anyio.abc.TaskGroup) -> None:
        feed, concurrency, gauge = self._feed, self._concurrency, self._gauge
        while self._workers <= concurrency.current:
            item = await feed.next()
            if item is None:
                break
            position = feed.taken
            if isinstance(item, Failed):
                await self._deliver(position, item)
                continue
            if self._workers < concurrency.current:
                self.start(tasks)
            gauge.in_flight += 1
            try:
                outcome = await self._outcome(item)
            finally:
                gauge.in_flight -= 1
            if outcome is not None:
                concurrency.note(outcome)
                await self._deliver(position, outcome)
        self._workers -= 1

    async def _outcome(self, row: Row[R]) -> Outcome[R, T] | None:
        began = time.perf_counter()
        attempts = 0
        tries = 0
        while True:
            tries += 1
            again = count_retries()
            try:
                value = await self._perform(row.value)
            except Exception as error:
                failure = error
            else:
                seconds = time.perf_counter() - began
                made = _request_count(_attempts(value), again.total) or (1 if attempts else 0)
                return Ok(row.key, row.value, value, row.number, attempts + made, seconds)
            attempts += _request_count(failure.attempts if isinstance(failure, APIError) else 0, again.total)
            wait = retry_delay(failure, tries) if tries <= self._retries else None
            if wait is None:
                return Failed(row.key, row.value, failure, row.number, attempts, time.perf_counter() - began)
            self._gauge.retries += 1
            self._gauge.waiting += 1
            self._gauge.waiting_for = brief(failure)
            slept = await self._stop.sleep(wait)
            self._gauge.waiting -= 1
            if not slept:
                self._gauge.given_up += 1
                return None


def _request_count(attempts: int, retried: int) -> int:
    """Return how many requests were made, from the attempts of the last call or the retries of all."""
    return max(attempts, retried + 1 if retried else 0)


def _attempts(value: object) -> int:
    """Return how many requests a reply took. 0 if that is not known."""
    attempts = getattr(getattr(value, "meta", None), "attempts", 0)
    return attempts if isinstance(attempts, int) else 0
