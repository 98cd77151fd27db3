"""The rows of a program as a source: anything that `for` or `async for` can iterate over."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Sequence, Sized
from itertools import chain
from typing import Generic, TypeVar

import anyio.to_thread

from ..._runs.feed import Supply
from ..._runs.supply import Admit, AsyncSupply, HereSupply, Record, ThreadSupply
from .shard import Shard
from .source import Unit

R = TypeVar("R")


class IterableSource(Generic[R]):
    """The values of an iterable. Unless it is a sequence, a worker thread iterates over it."""

    unit: Unit = "row"
    lookahead = None

    def __init__(self, values: Iterable[R]) -> None:
        self._here = isinstance(values, Sequence)
        self._total = len(values) if isinstance(values, Sized) else None
        self._values = iter(values)
        self._read = 0

    async def first(self) -> R | None:
        def find() -> list[R]:
            return [value for _, value in zip(range(1), self._values, strict=False)]

        found = find() if self._here else await anyio.to_thread.run_sync(find)
        self._values = chain(found, self._values)
        return found[0] if found else None

    def supply(self, admit: Admit[R], only: Shard | None = None) -> Supply[R]:
        records = self._records()
        return HereSupply(records, admit) if self._here else ThreadSupply(records, admit)

    def _records(self) -> Iterator[Record[R]]:
        for value in self._values:
            self._read += 1
            yield Record(self._read, value)

    def progress(self) -> float | None:
        return min(1.0, self._read / self._total) if self._total else None

    def identity(self, most: int) -> dict[str, object]:
        return {}


class AsyncIterableSource(Generic[R]):
    """The values of an async iterable."""

    unit: Unit = "row"
    lookahead = None

    def __init__(self, values: AsyncIterable[R]) -> None:
        self._values = aiter(values)
        self._found: list[R] = []

    async def first(self) -> R | None:
        async for value in self._values:
            self._found.append(value)
            return value
        return None

    def supply(self, admit: Admit[R], only: Shard | None = None) -> Supply[R]:
        return AsyncSupply(self._all(), admit)

    async def _all(self) -> AsyncIterator[R]:
        for value in self._found:
            yield value
        self._found.clear()
        async for value in self._values:
            yield value

    def progress(self) -> float | None:
        return None

    def identity(self, most: int) -> dict[str, object]:
        return {}
