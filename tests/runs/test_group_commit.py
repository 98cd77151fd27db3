"""Many items in few writes: who waits, who fails, and what becomes of those that are cancelled."""

from __future__ import annotations

import threading

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest

from baseten_sdk._runs.group_commit import GroupCommit
from tests.patience import growing

pytestmark = pytest.mark.anyio


class Slow:
    """Writes when it is let, and notes the batches."""

    def __init__(self) -> None:
        self.began = threading.Semaphore(0)
        self.let = threading.Event()
        self.written = threading.Event()
        self.batches: list[list[int]] = []
        self.failures = 0

    def __call__(self, batch: list[int]) -> None:
        self.began.release()
        assert self.let.wait(60)
        self.batches.append(sorted(batch))  # tasks start in any order on trio
        self.written.set()
        if self.failures:
            self.failures -= 1
            raise OSError(28, "No space left on device")


async def test_what_comes_during_a_write_shares_the_next() -> None:
    slow = Slow()
    commits = GroupCommit(slow)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(commits.add, 0)
        await anyio.to_thread.run_sync(slow.began.acquire)
        for number in range(1, 50):
            tasks.start_soon(commits.add, number)
        await anyio.wait_all_tasks_blocked()
        slow.let.set()
    assert slow.batches == [[0], list(range(1, 50))]


async def test_a_failure_is_told_to_all_who_shared_the_write_and_to_nobody_else() -> None:
    slow = Slow()
    slow.failures = 1
    commits = GroupCommit(slow)
    failed: list[int] = []

    async def add(number: int) -> None:
        try:
            await commits.add(number)
        except OSError:
            failed.append(number)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(add, 0)
        tasks.start_soon(add, 1)
        await anyio.to_thread.run_sync(slow.began.acquire)
        tasks.start_soon(add, 2)
        await anyio.wait_all_tasks_blocked()
        slow.let.set()
    assert sorted(failed) == [0, 1]
    assert slow.batches == [[0, 1], [2]]


async def test_without_a_timeout_a_cancelled_item_is_written_or_not_begun() -> None:
    slow = Slow()
    commits = GroupCommit(slow)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(commits.add, 0)
        await anyio.to_thread.run_sync(slow.began.acquire)
        tasks.start_soon(commits.add, 1)
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()
        with anyio.CancelScope(shield=True):
            await anyio.wait_all_tasks_blocked()
        assert slow.batches == []  # nobody leaves while the write goes on
        slow.let.set()
    await commits.add(2)
    assert slow.batches == [[0], [2]]


async def test_a_timeout_ends_the_wait_and_what_was_begun_may_still_be_written() -> None:
    slow = Slow()
    commits = GroupCommit(slow, timeout=0.02)
    with pytest.raises(TimeoutError, match=r"it took longer than 0\.02 s"):
        await commits.add(0)
    slow.let.set()
    await anyio.to_thread.run_sync(slow.written.wait, 30)
    assert slow.batches == [[0]]


async def test_beside_a_write_that_hangs_nothing_is_written_or_kept() -> None:
    for timeout in growing(0.02):
        slow = Slow()
        commits = GroupCommit(slow, timeout=timeout)
        for number in range(3):
            with pytest.raises(TimeoutError):
                await commits.add(number)
        began = slow.began.acquire(blocking=False)
        assert not slow.began.acquire(blocking=False)  # one thread, no more
        slow.let.set()
        if began:
            await anyio.to_thread.run_sync(slow.written.wait, 30)
        await commits.add(9)
        assert slow.batches[began:] == [[9]]
        if began:
            break


@pytest.mark.parametrize("steps", range(12))
async def test_an_item_given_up_at_any_moment_leaves_the_writer_in_order(steps: int) -> None:
    slow = Slow()
    slow.let.set()
    commits = GroupCommit(slow, timeout=60)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(commits.add, 0)
        for _ in range(steps):
            await anyio.lowlevel.checkpoint()
        tasks.cancel_scope.cancel()
    await commits.add(9)
    assert slow.batches in ([[9]], [[0], [9]])


@pytest.mark.parametrize("steps", range(12))
async def test_a_writer_given_up_at_any_moment_leaves_its_batch_to_the_others(steps: int) -> None:
    slow = Slow()
    commits = GroupCommit(slow, timeout=60)
    leading = anyio.CancelScope()

    async def lead() -> None:
        with leading:
            await commits.add(1)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(commits.add, 0)
        await anyio.to_thread.run_sync(slow.began.acquire)
        tasks.start_soon(lead)
        tasks.start_soon(commits.add, 2)
        await anyio.wait_all_tasks_blocked()
        slow.let.set()
        await anyio.to_thread.run_sync(slow.written.wait)
        for _ in range(steps):
            await anyio.lowlevel.checkpoint()
        leading.cancel()
    assert slow.batches[0] == [0]
    assert [number for batch in slow.batches for number in batch].count(2) == 1


async def test_with_a_timeout_a_cancelled_writer_costs_the_others_nothing() -> None:
    slow = Slow()
    commits = GroupCommit(slow, timeout=30.0)
    async with anyio.create_task_group() as tasks:
        async with anyio.create_task_group() as doomed:
            doomed.start_soon(commits.add, 0)
            await anyio.to_thread.run_sync(slow.began.acquire)
            tasks.start_soon(commits.add, 1)
            await anyio.wait_all_tasks_blocked()
            doomed.cancel_scope.cancel()
        slow.let.set()
    assert slow.batches == [[0], [1]]  # one after the other, though nobody waits for the first


def test_each_event_loop_has_its_own_turns() -> None:
    batches: list[list[int]] = []
    commits = GroupCommit(batches.append)
    for number in range(3):
        anyio.run(commits.add, number, backend="trio" if number == 1 else "asyncio")
    assert batches == [[0], [1], [2]]
