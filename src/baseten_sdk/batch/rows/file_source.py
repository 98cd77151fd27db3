"""The rows of a file as a source."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Generic, TypeVar

import anyio.to_thread

from ..._runs.feed import Supply
from ..._runs.supply import Admit, Record, ThreadSupply
from ...errors import BatchRowError
from .files import FileRows, Format
from .row_type import RowType
from .shard import Shard
from .source import Unit

R = TypeVar("R")


class FileSource(Generic[R]):
    """The rows of a file or a pipe, read in a worker thread."""

    lookahead = 1024  # and at most a mebibyte of them

    def __init__(self, path: Path, row_type: RowType[R], format: Format | None) -> None:
        self._rows = FileRows(path, row_type, format)
        self._content = self._rows.content
        self._begun: Iterator[Record[R]] | None = None

    @property
    def unit(self) -> Unit:
        return self._content.unit

    async def first(self) -> R | None:
        def find() -> R | None:
            records = self._rows.records()
            seen: list[Record[R]] = []
            found: R | None = None
            for record in records:
                seen.append(record)
                if not isinstance(record.value, BatchRowError):
                    found = record.value
                    break
            if self._content.size is None:
                self._begun = chain(seen, records)  # what came out of a pipe does not come again
            return found

        try:
            return await anyio.to_thread.run_sync(find, abandon_on_cancel=True)
        except BaseException:
            self._content.give_up()
            raise

    def supply(self, admit: Admit[R], only: Shard | None = None) -> Supply[R]:
        records = self._rows.records(only) if self._begun is None else self._begun
        return ThreadSupply(records, admit, self._content.give_up)

    def progress(self) -> float | None:
        size = self._content.size
        return min(1.0, self._content.position / size) if size else None

    def identity(self, most: int) -> dict[str, object]:
        return self._content.identity(most)
