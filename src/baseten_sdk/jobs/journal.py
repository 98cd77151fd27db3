"""The only writer of a ledger. Many tasks share few transactions, as many as the disk allows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from .._runs.group_commit import GroupCommit
from .ledger import Ledger

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class _Write(Generic[T_co]):
    """A function to call inside a transaction, and its result."""

    def __init__(self, function: Callable[[Ledger], T_co]) -> None:
        self._function = function
        self._results: list[T_co] = []
        self.error: BaseException | None = None

    def apply(self, ledger: Ledger) -> None:
        self._results.append(self._function(ledger))

    def result(self) -> T_co:
        if self.error is not None:
            raise self.error
        return self._results[-1]


class Journal:
    """Writes to a ledger for many tasks."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._commits: GroupCommit[_Write[object]] = GroupCommit(self._commit)

    async def write(self, function: Callable[[Ledger], T]) -> T:
        """Call a function inside a transaction, and return its result once its changes are on the disk.

        A task that is canceled meanwhile finds its write done, or not begun.

        Raises:
            LedgerError: The transaction failed; nothing of it was written then.
            Exception: What the function raised; likewise.
        """
        write = _Write(function)
        await self._commits.add(write)
        return write.result()

    def _commit(self, batch: list[_Write[object]]) -> None:
        """Write all in one transaction. If that fails, write each in its own, so that none fails because of another."""
        self._transact(batch)
        if len(batch) > 1 and batch[0].error is not None:
            for each in batch:
                each.error = None
                self._transact([each])

    def _transact(self, batch: list[_Write[object]]) -> None:
        try:
            self._ledger.transact([each.apply for each in batch])
        except BaseException as error:
            for each in batch:
                each.error = error
