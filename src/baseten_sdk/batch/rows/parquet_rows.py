"""Rows of Parquet files, a few at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from ..._runs.supply import Record
from ...errors import ConfigurationError
from .content import Content, library
from .row_type import RowType
from .table_rows import named_row

R = TypeVar("R")

ROWS = 256


def parquet_rows(content: Content, row_type: RowType[R]) -> Iterator[Record[R]]:
    """Yield the rows of a Parquet file.

    Raises:
        ConfigurationError: The library is missing, or the file can be read only once.
    """
    if content.size is None:
        raise ConfigurationError(f"{content.path}: Parquet cannot be read from a pipe. Save it to a file first.")
    content.unit = "row"
    parquet = library("pyarrow.parquet", "pyarrow", "parquet")
    with parquet.ParquetFile(content.path) as file:
        total = file.metadata.num_rows or 1
        number = 0
        for batch in file.iter_batches(batch_size=ROWS):
            for row in batch.to_pylist():
                number += 1
                yield Record(number, named_row(content, row_type, row, number))
            content.position = content.size * number // total
