"""Group commit: what many tasks want written goes into as few writes as the disk allows; none waits for more than two.

Theory of operation. What comes while a write is under way gathers in a batch. When the write ends, the first of them to
get its turn writes the whole batch, in a worker thread; the others find it written. So a disk whose write takes 20 ms
takes in as much in that time as comes, and the event loop waits for no disk. It must not know what is written.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Generic, TypeVar

import anyio
import anyio.to_thread
from anyio.lowlevel import RunVar

from .._io.wakeup import AsyncWakeup

T = TypeVar("T")


class _Batch(Generic[T]):
    """Items that are written together."""

    __slots__ = ("done", "error", "is_over", "items")

    def __init__(self) -> None:
        self.items: list[T] = []
        self.error: Exception | None = None
        self.is_over = False
        self.done = AsyncWakeup()


class _Turns(Generic[T]):
    """What the tasks of one event loop share."""

    __slots__ = ("batch", "lock", "threads", "written")

    def __init__(self) -> None:
        self.batch: _Batch[T] = _Batch()
        self.written: _Batch[T] | None = None
        self.lock = anyio.Lock()
        # Not the threads that applications share: a program that keeps those busy must not delay a write.
        self.threads = anyio.CapacityLimiter(1)


class GroupCommit(Generic[T]):
    """Writes items in batches.

    Args:
        write: writes a batch, all or nothing, in a worker thread, one at a time for each event loop.
        patience: seconds to wait for a write; None for as long as it takes. With None, a task that is canceled finds
            its item written, or not begun; else a write that has begun goes on.
    """

    def __init__(self, write: Callable[[list[T]], None], *, patience: float | None = None) -> None:
        self._write_batch = write
        self._patience = patience
        self._turns: RunVar[_Turns[T]] = RunVar("baseten_sdk.group_commit")

    async def add(self, item: T) -> None:
        """Return when the item is written.

        Raises:
            TimeoutError: it took longer than `patience`.
            Exception: what `write` raised; nothing of the batch is written.
        """
        turns = self._turns.get(None)
        if turns is None:
            turns = _Turns()
            self._turns.set(turns)
        batch = turns.batch
        batch.items.append(item)
        try:
            with anyio.move_on_after(self._patience):
                await self._written(turns, batch)
        finally:
            if turns.batch is batch:
                batch.items.remove(item)  # it was given up before its write began
        if not batch.is_over:
            raise TimeoutError(f"it took longer than {self._patience:g} s")
        if batch.error is not None:
            raise batch.error

    async def _written(self, turns: _Turns[T], batch: _Batch[T]) -> None:
        async with turns.lock:
            if turns.written is not None and not turns.written.is_over:
                # A write that was given up goes on in its thread. Nothing is written beside it.
                await turns.written.done.wait(inf)
            if batch.is_over:
                return
            turns.batch, turns.written = _Batch(), batch
            lasting = self._patience is None
            with anyio.CancelScope(shield=lasting):
                await anyio.to_thread.run_sync(self._write, batch, abandon_on_cancel=not lasting, limiter=turns.threads)

    def _write(self, batch: _Batch[T]) -> None:
        try:
            self._write_batch(batch.items)
        except Exception as error:
            batch.error = error
        finally:
            batch.is_over = True
            batch.done.set()
