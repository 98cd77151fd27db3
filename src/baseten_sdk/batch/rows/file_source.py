"""The rows of a file as a source."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Generic, TypeVar

import anyio.to_thread

from ..._runs.feed import Supply
from ..._runs.supply import Admit, ThreadSupply
from ...errors import BatchRowError
from .files import FileRows, Format
from .row_type import RowType
from .shard import Shard
from .source import Unit

R = TypeVar("R")


class FileSource(Generic[R]):
    """The rows of a file, read in a worker thread."""

    unit: Unit = "line"
    lookahead = 1024  # and at most a mebibyte of them

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
