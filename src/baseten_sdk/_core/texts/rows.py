"""Rows of float32 in one buffer, filled in any order."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence

from ...types.many import InputFailure
from ...types.usage import Usage
from ...types.vectors import FLOAT, Vectors
from .cutting import Part


class VectorStore:
    """Puts the vectors of parts into one buffer.

    Args:
        rows: How many rows there will be. None: the buffer grows.
    """

    def __init__(self, rows: int | None = None) -> None:
        self._rows = rows or 0
        self._size = 0
        self._data = bytearray()
        self._held = bytearray(self._rows)
        self._model = ""
        self._usages: list[Usage] = []

    def add(self, part: Part, found: Vectors) -> None:
        if not self._size:
            self._size = found.dimensions * FLOAT
            self._data = bytearray(self._rows * self._size)
        self._grow(part.start + len(found))
        data, size = found._data, self._size
        self._data[part.start * size : part.start * size + len(data)] = data
        missing = found.missing
        self._held[part.start : part.start + len(found)] = b"\x01" * len(found)
        for index in missing:
            self._held[index] = 0
        self._model = self._model or found.model
        if found.usage is not None:
            self._usages.append(found.usage)

    def keep(self, part: Part, found: object) -> Sequence[int]:
        """Store the valid vectors of a reply that also holds invalid ones."""
        if not isinstance(found, Vectors):
            return part.indices
        self.add(part, found)
        return found.missing

    def result(self, failures: tuple[InputFailure, ...], rows: int) -> Vectors:
        """Return everything that came.

        Args:
            failures: What failed.
            rows: How many inputs there were.
        """
        self._grow(rows)
        size = self._size
        if size and self._held.count(1) < rows:
            nothing = array("f", [math.nan]).tobytes() * (size // FLOAT)
            for row in range(rows):
                if not self._held[row]:
                    self._data[row * size : (row + 1) * size] = nothing
        usage = Usage.total(self._usages) if self._usages else None
        return Vectors(self._data, rows, held=self._held, failures=failures, usage=usage, model=self._model)

    def _grow(self, rows: int) -> None:
        if rows > self._rows:
            self._rows = rows
            self._held.extend(bytes(rows - len(self._held)))
            self._data.extend(bytes(rows * self._size - len(self._data)))
