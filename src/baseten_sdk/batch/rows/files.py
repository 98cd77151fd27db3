"""Rows of files: JSON Lines, CSV, TSV and Parquet, plain or compressed, one row at a time.

A line that cannot be read is the error of its row; a file that cannot be read ends the reading. Rows are counted as an
editor counts lines. It must not know what happens to a row.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Mapping
from importlib import import_module
from io import BufferedReader, RawIOBase, TextIOWrapper
from pathlib import Path
from types import ModuleType
from typing import Generic, Literal, TypeAlias, TypeVar, get_args

from ..._runs.supply import Record
from ...errors import BatchInputError, BatchRowError, ConfigurationError
from .row_type import RowType
from .shard import Shard

R = TypeVar("R")

Format: TypeAlias = Literal["jsonl", "csv", "tsv", "parquet"]

FORMATS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".csv": "csv", ".tsv": "tsv", ".parquet": "parquet"}
COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}

PARQUET_ROWS = 256
LONGEST_FIELD = 2**31 - 1
BOM = b"\xef\xbb\xbf"


class FileRows(Generic[R]):
    """A file that can be read from its beginning any number of times.

    Args:
        path: The file.
        row_type: What its rows become.
        format: Its format. None: the one that its name tells.

    Attributes:
        position: Bytes read so far, of `size`, since its beginning was last read.

    Raises:
        ConfigurationError: The file is missing, or its name does not tell the format.
    """

    def __init__(self, path: Path, row_type: RowType[R], format: Format | None = None) -> None:
        self.path = path
        suffixes = path.suffixes
        self._compression = COMPRESSIONS.get(suffixes[-1]) if suffixes else None
        named = FORMATS.get(suffixes[-2 if self._compression and len(suffixes) > 1 else -1]) if suffixes else None
        self.format = format or named
        if self.format not in get_args(Format):
            known = ", ".join([*FORMATS, *(f".jsonl{each}" for each in COMPRESSIONS)])
            raise ConfigurationError(
                f"{path}: the name does not tell the format. Known endings are {known}. Otherwise pass format=."
            )
        try:
            self.size = path.stat().st_size
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from None
        self.position = 0
        self._type = row_type

    def records(self, only: Shard | None = None) -> Iterator[Record[R]]:
        """Yield the rows.

        Args:
            only: The part of the rows that is wanted. Lines of other parts are skipped unread; rows of tables are not.

        Raises:
            BatchInputError: The file cannot be read to its end.
            ConfigurationError: A library is missing.
        """
        match self.format:
            case "parquet":
                rows = self._parquet()
            case "csv":
                rows = self._table(",")
            case "tsv":
                rows = self._table("\t")
            case _:
                rows = self._lines(only)
        try:
            yield from rows
        except ConfigurationError:
            raise
        except Exception as error:  # each library that unpacks has its own
            raise BatchInputError(f"{self.path} cannot be read to its end: {error}.") from error

    def _open(self) -> tuple[BufferedReader, BufferedReader]:
        """Return the file as it is on disk, and its decompressed content."""
        raw = self.path.open("rb")
        match self._compression:
            case "gzip":
                return raw, BufferedReader(gzip.GzipFile(fileobj=raw))
            case "zstd":
                return raw, _zstd(raw)
            case _:
                return raw, raw

    def _lines(self, only: Shard | None) -> Iterator[Record[R]]:
        raw, inside = self._open()
        with raw, inside:
            self.position = 0
            compressed = raw is not inside
            for number, line in enumerate(inside, 1):
                self.position = raw.tell() if compressed else self.position + len(line)
                if number == 1:
                    line = line.removeprefix(BOM)
                if only is not None and not only.has(number):
                    continue
                if not line.isspace() and line:
                    yield Record(number, self._read(line, number), len(line))

    def _read(self, line: bytes, number: int) -> R | BatchRowError:
        try:
            return self._type.from_json(line)
        except ValueError as error:
            return self._problem(str(error), number)

    def _table(self, delimiter: str) -> Iterator[Record[R]]:
        csv.field_size_limit(LONGEST_FIELD)
        raw, inside = self._open()
        # Bytes that are not UTF-8 are kept, so that a bad line does not end the file. They fail as a row.
        with raw, inside, TextIOWrapper(inside, "utf-8-sig", errors="surrogateescape", newline="") as text:
            reader = csv.reader(text, delimiter=delimiter, strict=True)
            header = next(reader, None)
            if header is None:
                return
            while True:
                try:
                    fields = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield Record(reader.line_num, self._problem(str(error), reader.line_num))
                    continue
                self.position = raw.tell()
                if fields:
                    yield Record(reader.line_num, self._fields(header, fields, reader.line_num), sum(map(len, fields)))

    def _fields(self, header: list[str], fields: list[str], number: int) -> R | BatchRowError:
        if len(fields) != len(header):
            return self._problem(f"it has {len(fields)} fields, and the header has {len(header)}", number)
        return self._validated(dict(zip(header, fields, strict=True)), number)

    def _validated(self, fields: Mapping[str, object], number: int) -> R | BatchRowError:
        try:
            return self._type.from_fields(fields)
        except ValueError as error:
            return self._problem(str(error), number)

    def _parquet(self) -> Iterator[Record[R]]:
        parquet = _library("pyarrow.parquet", "pyarrow", "parquet")
        with parquet.ParquetFile(self.path) as file:
            total = file.metadata.num_rows or 1
            number = 0
            for batch in file.iter_batches(batch_size=PARQUET_ROWS):
                for row in batch.to_pylist():
                    number += 1
                    yield Record(number, self._validated(row, number))
                self.position = self.size * number // total

    def _problem(self, problem: str, number: int) -> BatchRowError:
        return BatchRowError(f"Line {number} of {self.path.name} is not a row: {problem}.", number=number)


def _zstd(raw: BufferedReader) -> BufferedReader:
    try:
        zstd = import_module("compression.zstd")  # of the standard library since 3.14
    except ModuleNotFoundError:
        zstd = _library("backports.zstd", "backports.zstd", "batch")
    opened: RawIOBase = zstd.open(raw, "rb")
    return BufferedReader(opened)


def _library(module: str, package: str, extra: str) -> ModuleType:
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"This file needs {package}, which is not installed: pip install 'baseten-sdk[{extra}]'"
        ) from error
