"""Group commit: what many tasks want written goes into as few writes as the disk allows; none waits for more than two.

Theory of operation. What comes while a write is under way gathers in a batch. When the write ends, the first of them to
get its turn writes the whole batch, in a worker thread; the others find it written. So a disk whose write takes 20 ms
takes in as much in that time as comes, and the event loop waits for no disk. It must not know what is written.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

import anyio
import anyio.to_thread
from anyio.lowlevel import RunVar

T = TypeVar("T")


class _Batch(Generic[T]):
    """Items that are written together."""

    __slots__ = ("error", "is_over", "items")

    def __init__(self) -> None:
        self.items: list[T] = []
        self.error: Exception | None = None
        self.is_over = False


class _Turns(Generic[T]):
    """What the tasks of one event loop share."""

    __slots__ = ("batch", "lock", "threads")

    def __init__(self) -> None:
        self.batch: _Batch[T] = _Batch()
        self.lock = anyio.Lock()
        # Not the threads that applications share: a program that keeps those busy must not delay a write.
        self.threads = anyio.CapacityLimiter(1)


class GroupCommit(Generic[T]):
    """Writes items in batches.

    Args:
        write: writes a batch, all or nothing, in a worker thread, one at a time.
        patience: seconds to wait for a write; None for as long as it takes. With None, a task that is cancelled finds
            its item written, or not begun; else it may still come to be written.
    """

    def __init__(self, write: Callable[[list[T]], None], *, patience: float | None = None) -> None:
        self._write_batch = write
        self._patience = patience
        self._writing = threading.Lock()
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
        patience = self._patience
        try:
            with anyio.move_on_after(patience):
                async with turns.lock:
                    # Where the task that wrote the batch was cancelled, the next one writes it again.
                    if not batch.is_over:
                        if turns.batch is batch:
                            turns.batch = _Batch()
                        with anyio.CancelScope(shield=patience is None):
                            await anyio.to_thread.run_sync(
                                self._write, batch, abandon_on_cancel=patience is not None, limiter=turns.threads
                            )
        except BaseException:
            if patience is None and turns.batch is batch:
                batch.items.remove(item)
            raise
        if not batch.is_over:
            raise TimeoutError(f"it took longer than {patience:g} s")
        if batch.error is not None:
            raise batch.error

    def _write(self, batch: _Batch[T]) -> None:
        # A write that was given up goes on in its thread: the next one waits for it.
        with self._writing:
            if batch.is_over:
                return
            try:
                self._write_batch(batch.items)
            except Exception as error:
                batch.error = error
            finally:
                batch.is_over = True
