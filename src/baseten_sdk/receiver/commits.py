"""Group commit: many deliveries share one write of the store, and none waits for more than two.

Theory of operation. The deliveries that arrive while a write is under way gather in a batch. When the write ends, the
first of them to get its turn writes the whole batch, in a worker thread; the others find it written. So a store whose
write takes 20 ms takes in as many deliveries in that time as come, and the event loop waits for no disk. It must not
know HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import anyio
import anyio.to_thread
from anyio.lowlevel import RunVar

from .delivery import StoredDelivery
from .store import WebhookStore

PATIENCE = 8.0
"""Seconds for a write. Baseten waits 10 for an answer: one that comes later is of no use."""


class _Batch:
    """Deliveries that are written together."""

    __slots__ = ("deliveries", "error", "is_over")

    def __init__(self) -> None:
        self.deliveries: list[StoredDelivery] = []
        self.error: Exception | None = None
        self.is_over = False


class _Turns:
    """What the tasks of one event loop share."""

    __slots__ = ("batch", "lock", "threads")

    def __init__(self) -> None:
        self.batch = _Batch()
        self.lock = anyio.Lock()
        # Not the threads that applications share: a program that keeps those busy must not delay an answer.
        self.threads = anyio.CapacityLimiter(1)


class Commits:
    """Writes deliveries into a store.

    Args:
        store: where they go.
        written: is told of what was written, in the thread that wrote it.
    """

    def __init__(self, store: WebhookStore, written: Callable[[Sequence[StoredDelivery]], None]) -> None:
        self._store = store
        self._written = written
        self._turns: RunVar[_Turns] = RunVar("baseten_sdk.receiver")

    async def add(self, delivery: StoredDelivery) -> Exception | None:
        """Return when the delivery is stored, or why it is not.

        One that took too long may come to be stored all the same; so may one whose task was cancelled.
        """
        turns = self._turns.get(None)
        if turns is None:
            turns = _Turns()
            self._turns.set(turns)
        batch = turns.batch
        batch.deliveries.append(delivery)
        with anyio.move_on_after(PATIENCE):
            async with turns.lock:
                # Where the task that wrote the batch was cancelled, the next one writes it again: a store keeps one.
                if not batch.is_over:
                    if turns.batch is batch:
                        turns.batch = _Batch()
                    await anyio.to_thread.run_sync(self._write, batch, abandon_on_cancel=True, limiter=turns.threads)
        return batch.error if batch.is_over else TimeoutError(f"the store took longer than {PATIENCE:g} s")

    def _write(self, batch: _Batch) -> None:
        try:
            self._store.add(batch.deliveries)
        except Exception as error:
            batch.error = error
        finally:
            batch.is_over = True
        if batch.error is None:
            self._written(batch.deliveries)
