"""Files of vectors: `.npy`, and Parquet if pyarrow is installed. They are written a part at a time."""

from __future__ import annotations

import base64
import os
import struct
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import typer
from pydantic import BaseModel

from .._runs.replacement import replacing
from ..batch import files_of, is_written
from ..errors import BatchOutputError

NAN = struct.pack("<f", float("nan"))

Append: TypeAlias = Callable[[bytes, list[bool]], None]
"""Appends rows: their numbers, and which of them have a vector."""


@dataclass(frozen=True, slots=True)
class TextPart:
    """The texts of one request.

    Attributes:
        start: The position of the first of them, from 0.
        texts: The texts. A value that is not text is an empty one here, and gets no vector.
    """

    start: int
    texts: list[str]


class VectorLine(BaseModel):
    """The vectors of a part, as a line of the work file has them."""

    rows: int
    dimensions: int
    missing: list[int]
    vectors: str


class _Line(BaseModel):
    key: int
    output: VectorLine


def work_path(target: Path) -> Path:
    """Return the output of the batch in which the vectors are kept until all have come."""
    return target.with_name(f"{target.name}.partial.jsonl")


def check_target(target: Path, source: Path, *, force: bool) -> None:
    """Refuse a file that cannot be written, before anything is embedded.

    Args:
        source: The source, which must be another file.
        force: Whether an existing file is replaced.

    Raises:
        typer.BadParameter: It cannot be written.
    """
    if target.suffix not in (".npy", ".parquet"):
        raise typer.BadParameter(f"{target}: the name must end in .npy or .parquet.")
    if target.suffix == ".parquet":
        _pyarrow()
    if not os.path.isdir(target.absolute().parent):
        raise typer.BadParameter(f"{target}: its folder does not exist.")
    work = work_path(target)
    if is_written(source, (target, *files_of(work))):
        raise typer.BadParameter(f"{source} is SOURCE. OUT and the files beside it must be others.")
    if os.path.exists(target) and not os.path.isfile(target):
        raise typer.BadParameter(f"{target} must be a regular file.")
    if os.path.exists(target) and not force and not os.path.exists(work):
        raise typer.BadParameter(f"{target} exists. --force replaces it.")


def read_parts(work: Path) -> dict[int, Callable[[], VectorLine]]:
    """Return what reads each part of a work file, by its start."""
    found: dict[int, Callable[[], VectorLine]] = {}
    offset = 0
    with work.open("rb") as file:
        for line in file:
            start = _Line.model_validate_json(line).key
            found[start] = _reader(work, offset)
            offset += len(line)
    return found


def _reader(work: Path, offset: int) -> Callable[[], VectorLine]:
    def read() -> VectorLine:
        with work.open("rb") as file:
            file.seek(offset)
            return _Line.model_validate_json(file.readline()).output

    return read


def write_vectors(target: Path, parts: dict[int, Callable[[], VectorLine]], rows: int) -> list[int]:
    """Write all vectors, in the order of their texts. Return the rows without one.

    Raises:
        BatchOutputError: The file cannot be written.
    """
    try:
        with replacing(target, follow=True) as file:
            return _write(file, target.suffix, parts, rows)
    except OSError as error:
        raise BatchOutputError(f"{target} cannot be written: {error.strerror}.") from error


def _write(file: BinaryIO, suffix: str, parts: dict[int, Callable[[], VectorLine]], rows: int) -> list[int]:
    width = max((parts[start]().dimensions for start in sorted(parts)[:1]), default=0)
    width = width or max((read().dimensions for read in parts.values()), default=0)
    missing: list[int] = []
    written = 0
    with _npy(file, rows, width) if suffix == ".npy" else _parquet(file, width) as append:

        def gap(end: int) -> None:
            nonlocal written
            if end > written:
                missing.extend(range(written, end))
                append(NAN * width * (end - written), [False] * (end - written))
                written = end

        for start in sorted(parts):
            gap(start)
            line = parts[start]()
            absent = {start + row for row in line.missing}
            missing.extend(sorted(absent))
            numbers = base64.b64decode(line.vectors) or NAN * width * line.rows
            append(numbers, [start + row not in absent for row in range(line.rows)])
            written = start + line.rows
        gap(rows)
    return missing


@contextmanager
def _npy(file: BinaryIO, rows: int, width: int) -> Generator[Append]:
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {width}), }}"
    padded = header + " " * (63 - (10 + len(header)) % 64) + "\n"
    file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(padded)) + padded.encode("ascii"))

    def append(numbers: bytes, held: list[bool]) -> None:
        file.write(numbers)

    yield append


@contextmanager
def _parquet(file: BinaryIO, width: int) -> Generator[Append]:
    arrow = _pyarrow()
    parquet = import_module("pyarrow.parquet")
    kind = arrow.list_(arrow.float32(), width)
    schema = arrow.schema([("row", arrow.int64()), ("embedding", kind)])
    written = 0
    with parquet.ParquetWriter(file, schema) as table:

        def append(numbers: bytes, held: list[bool]) -> None:
            nonlocal written
            count = len(held)
            flat = arrow.Array.from_buffers(arrow.float32(), count * width, [None, arrow.py_buffer(numbers)])
            absent = arrow.array([not each for each in held])
            vectors = arrow.FixedSizeListArray.from_arrays(flat, type=kind, mask=absent)
            positions = arrow.array(range(written, written + count), arrow.int64())
            table.write_batch(arrow.record_batch([positions, vectors], schema=schema))
            written += count

        yield append


def _pyarrow() -> Any:
    try:
        return import_module("pyarrow")
    except ImportError:
        raise typer.BadParameter("Parquet needs pyarrow: pip install 'baseten-sdk[parquet]'.") from None
