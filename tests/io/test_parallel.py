"""Jobs side by side, as the synchronous client runs them: threads, and an event loop for what is to be awaited."""

from __future__ import annotations

import threading
from collections.abc import Awaitable
from contextvars import ContextVar

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest

from baseten_sdk._io.parallel import MOST_THREADS, AsyncParallel, Job, Parallel
from tests.asking import wait_for_good

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


def test_who_takes_too_long_is_not_waited_for_and_leaves_what_was_there() -> None:
    over = threading.Event()
    results: list[object] = ["a", "b", "c"]
    jobs: list[Job] = [(False, over.wait), (True, wait_for_good), (False, lambda: "done")]
    try:
        assert Parallel.run(jobs, results, [0.05, 0.05, 60]) is results
    finally:
        over.set()
    assert results == ["a", "b", "done"]


def test_more_jobs_than_threads_all_run_though_some_never_end() -> None:
    over = threading.Event()
    stuck: list[Job] = [(False, over.wait)] * MOST_THREADS
    quick: list[Job] = [(False, lambda: 1)] * 5
    try:
        results = Parallel.run(stuck + quick, None, [0.05] * MOST_THREADS + [60] * 5)
    finally:
        over.set()
    assert results == [None] * MOST_THREADS + [1] * 5


def test_what_ends_the_program_is_raised_and_the_others_are_kept() -> None:
    ended = threading.Event()

    def work() -> str:
        ended.set()
        return "done"

    def leave() -> None:
        ended.wait()
        raise SystemExit(3)

    results: list[object] = ["a", "b"]
    with pytest.raises(SystemExit):
        Parallel.run([(False, work), (False, leave)], results)
    assert results == ["done", "b"]


@pytest.mark.anyio
async def test_async_jobs_have_limits_too_and_keep_what_ended_when_all_is_cancelled() -> None:
    over = threading.Event()
    results: list[object] = ["a", "b", "c"]
    jobs: list[Job] = [(False, over.wait), (True, wait_for_good), (True, later)]
    try:
        await AsyncParallel.run(jobs, results, [0.05, 0.05, 60])
    finally:
        over.set()
    assert results[:2] == ["a", "b"]
    assert str(results[2]).startswith("later")
    done = anyio.Event()

    async def finish() -> str:
        done.set()
        return "done"

    async def cancel() -> None:
        await done.wait()
        await anyio.lowlevel.checkpoint()
        scope.cancel()
        await anyio.sleep_forever()

    kept: list[object] = ["a", "b"]
    with anyio.CancelScope() as scope:
        await AsyncParallel.run([(True, finish), (True, cancel)], kept)
    assert kept == ["done", "b"]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("is_async", [True, False])
def test_an_interrupt_in_a_job_is_raised_alone_and_ends_the_others(
    is_async: bool, error: type[BaseException], backend: str
) -> None:
    ended: list[str] = []

    async def wait() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append("the other")

    async def leave() -> None:
        raise error("enough")

    def leave_at_once() -> None:
        raise error("enough")

    async def main() -> None:
        try:
            await AsyncParallel.run([(True, wait), (is_async, leave if is_async else leave_at_once)])
        except BaseException as caught:
            ended.append(type(caught).__name__)

    anyio.run(main, backend=backend)
    assert ended == ["the other", error.__name__]
