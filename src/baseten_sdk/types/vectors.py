"""Many vectors as one array of 32-bit floats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, overload

from .._repr import safe_repr
from .many import InputFailure
from .meta import Meta
from .usage import Usage

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray


FLOAT = 4
"""Bytes of a number."""


class Vectors(Sequence["memoryview[float]"]):
    """Vectors, one row for each input, in one buffer. No row is a list of Python numbers until you ask for it.

    Example:
        result = await client.deployments("abcd1234").embeddings.embed(texts)
        matrix = result.numpy()  # rows x dimensions, without a copy
        first = result[0].tolist()

    Attributes:
        dimensions: The length of a vector. 0 if there is none.
        start: The position of the first row's input. Always 0, except in the parts of a stream.
        failures: The inputs that failed. Empty unless `on_failure="keep"`.
        usage: The tokens of all requests whose replies report them.
        model: The engine's name for the model.
        meta: The facts of the request, if there was only one.
    """

    __slots__ = ("_data", "_held", "_rows", "dimensions", "failures", "meta", "model", "start", "usage")

    def __init__(
        self,
        data: bytes | bytearray,
        rows: int,
        *,
        held: bytes | bytearray | None = None,
        start: int = 0,
        failures: tuple[InputFailure, ...] = (),
        usage: Usage | None = None,
        model: str = "",
        meta: Meta | None = None,
    ) -> None:
        self._data = data
        self._rows = rows
        self._held = None if held is None or held.count(1) == rows else bytes(held)
        self.dimensions = len(data) // FLOAT // rows if rows else 0
        self.start = start
        self.failures = failures
        self.usage = usage
        self.model = model
        self.meta = meta or Meta()

    @property
    def array(self) -> memoryview[float]:
        """The buffer: rows x dimensions of float32. Rows without a vector are NaN."""
        flat = memoryview(self._data)
        return flat.cast("f", shape=(self._rows, self.dimensions)) if self._data else flat.cast("f")

    def numpy(self) -> NDArray[float32]:
        """Return the buffer as a NumPy array, without a copy. Rows without a vector are NaN.

        Raises:
            ImportError: Numpy is not installed.
        """
        import numpy

        return numpy.frombuffer(self._data, dtype=numpy.float32).reshape(self._rows, self.dimensions)

    def __array__(self, dtype: object = None, copy: bool | None = None) -> NDArray[float32]:
        found = self.numpy()
        return found.copy() if copy else found

    @property
    def missing(self) -> list[int]:
        """The positions of the inputs that have no vector, in order."""
        held = self._held
        return [] if held is None else [self.start + row for row in range(self._rows) if not held[row]]

    def __len__(self) -> int:
        return self._rows

    @overload
    def __getitem__(self, row: int) -> memoryview[float]: ...

    @overload
    def __getitem__(self, row: slice) -> list[memoryview[float]]: ...

    def __getitem__(self, row: int | slice) -> memoryview[float] | list[memoryview[float]]:
        """Return one vector, or several, as views into the buffer.

        Raises:
            IndexError: There is no such row.
            Exception: The row has no vector. This is the error that caused it.
        """
        if isinstance(row, slice):
            return [self[number] for number in range(*row.indices(self._rows))]
        number = row + self._rows if row < 0 else row
        if not 0 <= number < self._rows:
            raise IndexError(f"there are {self._rows} rows, and none is {row}")
        if self._held is not None and not self._held[number]:
            raise self._reason(self.start + number)
        size = self.dimensions * FLOAT
        return memoryview(self._data)[number * size : (number + 1) * size].cast("f")

    def __iter__(self) -> Iterator[memoryview[float]]:
        return (self[row] for row in range(self._rows))

    def tolist(self) -> list[list[float]]:
        """Return the vectors as lists of numbers. Rows without a vector are NaN."""
        numbers = memoryview(self._data).cast("f")
        width = self.dimensions
        return [list(numbers[row * width : (row + 1) * width]) for row in range(self._rows)]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Vectors):
            return NotImplemented
        return (self._rows, self.start, self.missing, self._data) == (
            other._rows,
            other.start,
            other.missing,
            other._data,
        )

    @safe_repr
    def __repr__(self) -> str:
        missing = f", {len(self.missing)} missing" if self._held is not None else ""
        return f"<Vectors: {self._rows} x {self.dimensions}{missing}>"

    def _reason(self, index: int) -> Exception:
        for failure in self.failures:
            if index in failure.indices:
                return failure.error
        return LookupError(f"input {index} has no vector: the call ended before its request was answered")
