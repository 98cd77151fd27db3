"""Group commit: writes the items of many tasks in as few writes as possible. No item waits for more than two writes.

Theory of operation. Items that arrive during a write are collected in a batch. When the write ends, the first of their
tasks to run writes the whole batch in a worker thread, and the others find it written. So while a disk takes 20 ms for
a write, it takes in all that arrives in that time, and the event loop never waits for a disk. This module must not know
what is written.
"""

from __future__ import annotations

import threading
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


class _LoopState(Generic[T]):
    """What the tasks of one event loop share."""

    __slots__ = ("batch", "lock", "threads", "written")

    def __init__(self) -> None:
        self.batch: _Batch[T] = _Batch()
        self.written: _Batch[T] | None = None
        self.lock = anyio.Lock()
        # Not the application's shared threads: a program that keeps those busy must not delay a write.
        self.threads = anyio.CapacityLimiter(1)


class GroupCommit(Generic[T]):
    """Writes items in batches.

    Args:
        write: Writes a batch, all or nothing, in a worker thread, one at a time for each event loop.
        timeout: Seconds to wait for a write. None: wait as long as it takes. With None, a canceled task finds its item
            either written or not begun. Otherwise, a write that has begun continues.
    """

    def __init__(self, write: Callable[[list[T]], None], *, timeout: float | None = None) -> None:
        self._write_batch = write
        self._timeout = timeout
        self._state: RunVar[_LoopState[T]] = RunVar("baseten_sdk.group_commit")

    async def add(self, item: T) -> None:
        """Return once the item is written.

        Raises:
            TimeoutError: It took longer than `timeout`.
            Exception: `write` raised it. Nothing of the batch is written.
        """
        state = self._state.get(None)
        if state is None:
            state = _LoopState()
            self._state.set(state)
        batch = state.batch
        batch.items.append(item)
        try:
            with anyio.move_on_after(self._timeout):
                await self._written(state, batch)
        finally:
            if state.written is not batch and not batch.is_over:
                batch.items.remove(item)  # The item was given up before its write began.
        if not batch.is_over:
            raise TimeoutError(f"it took longer than {self._timeout:g} s")
        if batch.error is not None:
            raise batch.error

    async def _written(self, state: _LoopState[T], batch: _Batch[T]) -> None:
        async with state.lock:
            if state.written is not None and not state.written.is_over:
                # A write that was given up continues in its thread. No other write runs beside it.
                await state.written.done.wait(inf)
            if batch.is_over:
                return
            state.batch, state.written = _Batch(), batch
            lasting = self._timeout is None
            begun = threading.Lock()  # Whoever locks it decides whether the write begins: the thread, or its task.
            try:
                with anyio.CancelScope(shield=lasting):
                    await anyio.to_thread.run_sync(
                        self._write, batch, begun, abandon_on_cancel=not lasting, limiter=state.threads
                    )
            finally:
                if begun.acquire(blocking=False):
                    state.written = None  # It was given up before the thread ran. The next task may write the batch.

    def _write(self, batch: _Batch[T], begun: threading.Lock) -> None:
        if not begun.acquire(blocking=False):
            return
        try:
            self._write_batch(batch.items)
        except Exception as error:
            batch.error = error
        finally:
            batch.is_over = True
            batch.done.set()
