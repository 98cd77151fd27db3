"""The bytes of a source: opened, decompressed, and decoded from the encoding that they have.

It knows which sources can be read only once, and how far the reading is. It must not know how rows are cut out.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import stat
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from importlib import import_module
from io import BufferedReader, RawIOBase, TextIOWrapper
from pathlib import Path
from types import ModuleType
from typing import IO, AnyStr

from ...errors import BatchRowError, ConfigurationError
from .pipe import Pipe
from .source import Unit

COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}
MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5": "zstd"}

STDIN = Path("-")

LONGEST_LINE = 128 * 1024 * 1024
"""Bytes or characters of a line, a field or an element that is read as one."""


class Content:
    """What is in a file, a pipe, or, for the path `-`, the standard input.

    Attributes:
        size: Its bytes on disk, or None for a pipe, which can be read only once.
        position: The bytes that were read so far.
        unit: What the numbers of its rows count.

    Raises:
        ConfigurationError: It is missing, or cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.position = 0
        self.unit: Unit = "line"
        self.size: int | None = None
        self._pipe: Pipe | None = None
        self._compression = COMPRESSIONS.get(path.suffix)
        if path == STDIN:
            try:
                sys.stdin.fileno()
            except (AttributeError, OSError, ValueError):  # there is none, or it is no file
                raise ConfigurationError(
                    "The standard input cannot be read: it is closed, or was read before."
                ) from None
            return
        try:
            found = path.stat()
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from None
        except ValueError as error:  # a NUL character in it
            raise ConfigurationError(f"{str(path)!r} cannot be read: {error}.") from None
        if stat.S_ISDIR(found.st_mode):
            raise ConfigurationError(f"{path} cannot be read: it is a directory.")
        if stat.S_ISREG(found.st_mode):
            self.size = found.st_size

    def identity(self, most: int) -> dict[str, object]:
        """Return its name and the digest of its beginning, at most `most` bytes. Nothing identifies a pipe."""
        if self.size is None:
            return {}
        with self.path.open("rb") as file:
            head = file.read(most)
        return {"name": self.path.name, "bytes": len(head), "sha256": hashlib.sha256(head).hexdigest()}

    @contextmanager
    def open(self) -> Generator[tuple[BufferedReader, BufferedReader]]:
        """Open it. Yield the bytes as they are on disk, and those inside.

        Raises:
            ConfigurationError: The library that decompresses it is missing.
        """
        with self._opened() as raw, self._decompressed(raw) as inside:
            yield raw, inside

    def give_up(self) -> None:
        """End a reading that waits for a pipe, from any thread."""
        if self._pipe is not None:
            self._pipe.given_up = True

    @contextmanager
    def open_text(self) -> Generator[tuple[BufferedReader, TextIOWrapper]]:
        """Open it as text, without a byte order mark. Bytes that are not text become surrogates.

        Yield the bytes as they are on disk, and the text.

        Raises:
            ConfigurationError: The library that decompresses it is missing.
        """
        with (
            self.open() as (raw, inside),
            TextIOWrapper(inside, encoding_of(inside), "surrogateescape", newline="") as text,
        ):
            yield raw, text

    def advance(self, raw: BufferedReader) -> None:
        """Note how far the reading is. A pipe has no position."""
        if self.size is not None:
            self.position = raw.tell()

    def problem(self, number: int, what: str) -> BatchRowError:
        """Return the error of a row that cannot be read."""
        name = "the standard input" if self.path == STDIN else self.path.name
        return BatchRowError(f"{self.unit.title()} {number} of {name} is not a row: {what}.", number=number)

    def _opened(self) -> BufferedReader:
        if self.size is not None:
            return self.path.open("rb")
        self._pipe = Pipe(sys.stdin.fileno() if self.path == STDIN else self.path)
        return BufferedReader(self._pipe)

    def _decompressed(self, raw: BufferedReader) -> BufferedReader:
        match self._compression or MAGIC.get(raw.peek(2)[:2]):
            case "gzip":
                return BufferedReader(gzip.GzipFile(fileobj=raw))
            case "zstd":
                opened: RawIOBase = _zstd().open(raw, "rb")
                return BufferedReader(opened)
            case _:
                return raw


def lines_of(file: IO[AnyStr]) -> Iterator[AnyStr]:
    """Yield the lines of a file, with their ends.

    Raises:
        ValueError: A line is too long for memory. A few compressed kilobytes can unpack to gigabytes without an end.
    """
    while line := file.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise ValueError(f"it has a line of more than {LONGEST_LINE:,} characters")
        yield line


def encoding_of(content: BufferedReader) -> str:
    """Return the encoding of a text by its first bytes: UTF-8, or UTF-16 or UTF-32 as some programs write it."""
    return json.detect_encoding(content.peek(4)[:4])


def library(module: str, package: str, extra: str) -> ModuleType:
    """Import a library that is not always installed.

    Raises:
        ConfigurationError: It is missing.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"This file needs {package}, which is not installed: pip install 'baseten-sdk[{extra}]'"
        ) from error


def _zstd() -> ModuleType:
    try:
        return import_module("compression.zstd")  # of the standard library since 3.14
    except ModuleNotFoundError:
        return library("backports.zstd", "backports.zstd", "batch")
