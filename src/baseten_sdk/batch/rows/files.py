"""Rows of files: JSON, CSV, TSV and Parquet, plain or compressed, one row at a time.

A line that cannot be read is the error of its row; a file that cannot be read ends the reading. Rows are counted as an
editor counts lines. It must not know what happens to a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Generic, Literal, TypeAlias, TypeVar, get_args

from ..._runs.supply import Record
from ...errors import BatchInputError, BatchRowError, ConfigurationError
from .content import COMPRESSIONS, STDIN, Content
from .json_rows import json_rows
from .parquet_rows import parquet_rows
from .row_type import DictRows, FileRow, RowType
from .shard import Shard
from .table_rows import table_rows

R = TypeVar("R")

Format: TypeAlias = Literal["jsonl", "json", "csv", "tsv", "parquet"]

FORMATS: dict[str, Format] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
}


class FileRows(Generic[R]):
    """A file, or a pipe, and its rows.

    Args:
        path: The file. `-` is the standard input.
        row_type: What its rows become.
        format: Its format. None: the one in its name; JSON Lines for the standard input.

    Attributes:
        content: Its bytes.

    Raises:
        ConfigurationError: The file is missing, or its name does not show the format.
    """

    def __init__(self, path: Path, row_type: RowType[R], format: Format | None = None) -> None:
        if format is not None and format not in get_args(Format):
            raise ConfigurationError(f"format must be one of {', '.join(get_args(Format))}, not {format!r}.")
        self._format: Format = format or _format_of(path)
        self._type = row_type
        self.content = Content(path)

    def records(self, only: Shard | None = None) -> Iterator[Record[R]]:
        """Yield the rows. A pipe has them only once.

        Args:
            only: The part of the rows that is wanted. Lines of other parts are skipped unread; rows of tables are not.

        Raises:
            BatchInputError: The file cannot be read to its end.
            ConfigurationError: A library is missing.
        """
        try:
            yield from self._records(only)
        except ConfigurationError:
            raise
        except Exception as error:  # each library that decompresses has its own
            raise BatchInputError(f"{self.content.path} cannot be read to its end: {error}.") from error

    def _records(self, only: Shard | None) -> Iterator[Record[R]]:
        content = self.content
        content.position = 0
        match self._format:
            case "parquet":
                return parquet_rows(content, self._type)
            case "csv":
                return table_rows(content, self._type, ",")
            case "tsv":
                return table_rows(content, self._type, "\t")
            case "json" | "jsonl":
                return json_rows(content, self._type, only, may_be_array=self._format == "json")


def read_rows(path: Path, format: Format | None = None) -> Iterator[FileRow]:
    """Read the rows of a file, one at a time.

    Args:
        path: The file. `-` is the standard input.
        format: Its format. None: the one in its name.

    Raises:
        BatchRowError: A row cannot be read.
        BatchInputError: The file cannot be read to its end.
        ConfigurationError: The file is missing, or its name does not show the format.
    """
    for record in FileRows(path, DictRows(), format).records():
        if isinstance(record.value, BatchRowError):
            raise record.value
        yield record.value


def _format_of(path: Path) -> Format:
    if path == STDIN:
        return "jsonl"
    suffixes = path.suffixes
    inner = suffixes[-2:-1] if suffixes and suffixes[-1] in COMPRESSIONS else suffixes[-1:]
    found = FORMATS.get(inner[0]) if inner else None
    if found is None:
        known = ", ".join([*FORMATS, *(f".jsonl{each}" for each in COMPRESSIONS)])
        raise ConfigurationError(
            f"{path}: its name does not show the format. Pass format=, or end the name in {known}."
        )
    return found
