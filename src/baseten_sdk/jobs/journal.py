"""The one writer of a ledger: what many tasks want written goes into as few commits as the disk allows.

A commit costs a flush of the disk. While one is made, further writes gather, and the next commit takes them all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import anyio
import anyio.to_thread

from .ledger import Ledger

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class _Write(Generic[T_co]):
    """A function of the ledger to be called inside of a transaction, and what came of it."""

    def __init__(self, function: Callable[[Ledger], T_co]) -> None:
        self._function = function
        self._results: list[T_co] = []
        self.over = False
        self.error: BaseException | None = None

    def apply(self, ledger: Ledger) -> None:
        self._results.append(self._function(ledger))

    def result(self) -> T_co:
        if self.error is not None:
            raise self.error
        return self._results[-1]


class Journal:
    """Writes to a ledger from many tasks."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._gathered: list[_Write[object]] = []
        self._turn = anyio.Lock()
        self._threads = anyio.CapacityLimiter(1)

    async def write(self, function: Callable[[Ledger], T]) -> T:
        """Call a function inside of a transaction; return when its changes are on the disk.

        A task that is cancelled meanwhile finds its write done, or not begun.

        Raises:
            Exception: what the function raised, or that the transaction failed; nothing of it was written then.
        """
        write = _Write(function)
        self._gathered.append(write)
        try:
            async with self._turn:
                if not write.over:
                    batch, self._gathered = self._gathered, []
                    with anyio.CancelScope(shield=True):
                        await anyio.to_thread.run_sync(self._commit, batch, limiter=self._threads)
        except BaseException:
            if write in self._gathered:
                self._gathered.remove(write)
            raise
        return write.result()

    def _commit(self, batch: list[_Write[object]]) -> None:
        """Write all in one transaction; where that fails, each in one of its own, so that none fails for another."""
        self._transact(batch)
        if len(batch) > 1 and batch[0].error is not None:
            for each in batch:
                each.error = None
                self._transact([each])

    def _transact(self, batch: list[_Write[object]]) -> None:
        connection = self._ledger.transaction()
        try:
            connection.execute("BEGIN IMMEDIATE")
            for each in batch:
                each.apply(self._ledger)
            connection.execute("COMMIT")
        except BaseException as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            for each in batch:
                each.error = error
        finally:
            for each in batch:
                each.over = True
