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
    """What a source holds at one place: a value, or what is wrong with it.

    Attributes:
        number: the place: the line of a file, else the position, from 1.
        value: what is there.
        size: its bytes in the source, 0 where that is not known.
    """

    number: int
    value: R_co | BatchRowError
    size: int = 0


Admit: TypeAlias = Callable[[Record[R]], Item[R] | None]
"""Makes a row of a record, or None where it needs none."""


class ThreadSupply(Generic[R]):
    """Iterates in a worker thread.

    Args:
        records: what to iterate over.
        admit: makes rows of them.
        give_up: is called when nobody waits for the thread any more, so that it does not wait on.
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
            most = 1  # the record after the next may be long in coming
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
    """Iterates in the event loop: over what is in memory."""

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
    """Awaits one row after the other."""

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
