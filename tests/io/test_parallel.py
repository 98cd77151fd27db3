"""Jobs side by side, as the synchronous client runs them: threads, and an event loop for what is to be awaited."""

from __future__ import annotations

import threading
from collections.abc import Awaitable
from contextvars import ContextVar

import anyio
import anyio.lowlevel
import anyio.to_thread

from baseten_sdk._io.parallel import Job, Parallel

place: ContextVar[str] = ContextVar("place")


async def later(value: str = "later") -> str:
    await anyio.lowlevel.checkpoint()
    return f"{value} {place.get('nowhere')}"


def start() -> Awaitable[str]:
    return later("started")


def fail() -> None:
    raise ValueError("no")


async def fail_later() -> None:
    await anyio.lowlevel.checkpoint()
    raise KeyError("no")


def test_results_come_in_the_order_of_the_jobs_and_failures_are_results() -> None:
    place.set("here")
    jobs: list[Job] = [(True, later), (False, lambda: 1), (False, start), (False, fail), (True, fail_later)]
    awaited, plain, started, failed, failed_later = Parallel.run(jobs)
    assert (awaited, plain, started) == ("later here", 1, "started here")
    assert isinstance(failed, ValueError)
    assert isinstance(failed_later, KeyError)


def test_async_and_plain_functions_run_side_by_side() -> None:
    both = threading.Barrier(2, timeout=60)

    async def one() -> str:
        await anyio.to_thread.run_sync(both.wait)
        return "one"

    def two() -> str:
        both.wait()
        return "two"

    assert Parallel.run([(True, one), (False, two)]) == ["one", "two"]


def test_no_jobs_are_no_work() -> None:
    assert Parallel.run([]) == []
