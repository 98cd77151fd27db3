"""Where the rows of a batch come from: a file, or anything that can be iterated over, `for` or `async for`.

A source can show its first row before it is read, tell how far the reading is, and say what it is, so that a resumed
job notices another input. It must not know of keys or outcomes.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Sequence, Sized
from itertools import chain
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import anyio.to_thread

from ..._runs.feed import Supply
from ..._runs.supply import Admit, AsyncSupply, HereSupply, Record, ThreadSupply
from ...errors import BatchRowError, ConfigurationError
from .files import FileRows, Format
from .row_type import RowType
from .shard import Shard

R = TypeVar("R")


class Source(Protocol[R]):
    """A source of rows."""

    async def first(self) -> R | None:
        """The first row that can be read; None where there is none. It is still to come from the supply."""
        ...

    def supply(self, admit: Admit[R], only: Shard | None = None) -> Supply[R]:
        """The rows, from the beginning.

        Args:
            admit: is given each record.
            only: the part of the rows that it has to be given; others may be passed over unread.
        """
        ...

    def progress(self) -> float | None:
        """How much of it was read, from 0 to 1; None where that is not known."""
        ...

    def identity(self, most: int) -> dict[str, object]:
        """What it is, as JSON: of a file, its name and the digest of at most so many bytes of its beginning."""
        ...


class FileSource(Generic[R]):
    """The rows of a file."""

    def __init__(self, path: Path, row_type: RowType[R], format: Format | None) -> None:
        self._rows = FileRows(path, row_type, format)

    async def first(self) -> R | None:
        def find() -> R | None:
            records = self._rows.records()
            values = (each.value for each in records)
            return next((value for value in values if not isinstance(value, BatchRowError)), None)

        return await anyio.to_thread.run_sync(find)

    def supply(self, admit: Admit[R], only: Shard | None = None) -> Supply[R]:
        return ThreadSupply(self._rows.records(only), admit)

    def progress(self) -> float | None:
        return min(1.0, self._rows.position / self._rows.size) if self._rows.size else None

    def identity(self, most: int) -> dict[str, object]:
        with self._rows.path.open("rb") as file:
            head = file.read(most)
        return {"name": self._rows.path.name, "bytes": len(head), "sha256": hashlib.sha256(head).hexdigest()}


class IterableSource(Generic[R]):
    """The values of an iterable; of what is no sequence, in a worker thread."""

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


def source_of(values: Iterable[R] | AsyncIterable[R]) -> Source[R]:
    """The source of rows that are in the program.

    Raises:
        ConfigurationError: it cannot be iterated over.
    """
    if isinstance(values, AsyncIterable):
        return AsyncIterableSource(values)
    if isinstance(values, Iterable) and not isinstance(values, str | bytes | os.PathLike):
        return IterableSource(values)
    raise ConfigurationError(f"source must be a path or something to iterate over, not {type(values).__name__}.")
