"""Turns iterables into the supply of a feed, in a worker thread if iterating may block.

A thread reads rows in lots, because switching threads costs more than a row. A lot ends when it is long, large, or has
taken long. So a slow source does not delay rows that are ready. It must not know what a row is made of.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Generic, NamedTuple, TypeAlias, TypeVar

import anyio
import anyio.to_thread

from ..errors import BatchRowError
from .feed import Item

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

LOT_BYTES = 1024 * 1024
LOT_SECONDS = 0.02


class Record(NamedTuple, Generic[R_co]):
    """The item at one position of a source: a value, or what is wrong with it.

    Attributes:
        number: The position: the line of a file, otherwise a count from 1.
        size: Its size in the source in bytes. 0 if unknown.
    """

    number: int
    value: R_co | BatchRowError
    size: int = 0


Admit: TypeAlias = Callable[[Record[R]], Item[R] | None]
"""Makes a row from a record, or returns None if the record needs none."""


class ThreadSupply(Generic[R]):
    """Iterates in a worker thread.

    Args:
        records: What to iterate over.
        admit: Makes rows from records.
        give_up: Called when the rows are no longer needed, so that the thread stops waiting too.
    """

    def __init__(
        self, records: Iterator[Record[R]], admit: Admit[R], give_up: Callable[[], object] = lambda: None
    ) -> None:
        self._records = records
        self._give_up = give_up
        self._admit = admit
        self._ended = False
        self._given_up = False
        self._slow = True
        self._limiter = anyio.CapacityLimiter(1)

    async def take(self, most: int) -> list[Item[R]] | None:
        if self._ended:
            return None
        try:
            return await anyio.to_thread.run_sync(self._lot, most, abandon_on_cancel=True, limiter=self._limiter)
        except BaseException:
            self._given_up = True
            self._give_up()
            raise

    def _lot(self, most: int) -> list[Item[R]]:
        items: list[Item[R]] = []
        size = 0
        end = time.monotonic() + LOT_SECONDS
        if self._slow:
            most = 1  # The record after the next one may take long.
        for record in self._records:
            if self._given_up:
                break
            self._slow = time.monotonic() > end
            item = self._admit(record)
            if item is not None:
                items.append(item)
                size += record.size
                if len(items) >= most or size >= LOT_BYTES:
                    break
            if self._slow:
                break
        else:
            self._ended = True
        return items


class HereSupply(Generic[R]):
    """Iterates in the event loop, over data in memory."""

    def __init__(self, records: Iterator[Record[R]], admit: Admit[R]) -> None:
        self._records = records
        self._admit = admit

    async def take(self, most: int) -> list[Item[R]] | None:
        items: list[Item[R]] = []
        for record in self._records:
            item = self._admit(record)
            if item is not None:
                items.append(item)
                if len(items) >= most:
                    break
        return items or None


class AsyncSupply(Generic[R]):
    """Awaits one row after another."""

    def __init__(self, values: AsyncIterator[R], admit: Admit[R]) -> None:
        self._values = values
        self._admit = admit
        self._number = 0

    async def take(self, most: int) -> list[Item[R]] | None:
        async for value in self._values:
            self._number += 1
            item = self._admit(Record(self._number, value))
            if item is not None:
                return [item]
        return None
