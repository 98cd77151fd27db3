"""A file of lines to which one process at a time appends.

A process that is killed leaves whole lines behind, except for the last one, which is cut off when the file is opened.
It must not know what a line contains.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..._runs.durable import FileInUseError, Replacement, cut_torn_line, flush, lock, open_locked, write
from ...errors import BatchLockedError, BatchOutputError


@contextmanager
def output_errors(path: Path) -> Generator[None]:
    """Name the output that the disk does not take."""
    try:
        yield
    except FileInUseError as error:
        raise BatchLockedError(f"{path} is being written by another process.") from error
    except OSError as error:
        raise BatchOutputError(f"{path} cannot be written: {error.strerror}.") from error


class LineFile:
    """A file of lines to which this process appends.

    Raises:
        BatchLockedError: Another process has it open.
        BatchOutputError: It cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._dirty = False
        with output_errors(path):
            self._file = open_locked(path, append=True)
            self.mended = cut_torn_line(self._file)

    @property
    def size(self) -> int:
        """Its size in bytes."""
        return os.fstat(self._file).st_size

    def cut(self, size: int) -> None:
        """Remove everything from a byte on."""
        with output_errors(self.path):
            os.ftruncate(self._file, size)
            flush(self._file)

    def lines(self, start: int = 0) -> Iterator[bytes]:
        """Yield its lines from a byte on, with their ends."""
        with self.path.open("rb", 1 << 20) as file:
            file.seek(start)
            yield from file

    def write(self, data: bytes) -> None:
        """Append all of the data.

        Raises:
            BatchOutputError: The disk refuses it.
        """
        with output_errors(self.path):
            write(self._file, data)
        self._dirty = True

    def sync(self) -> None:
        """Force what was written to the disk.

        Raises:
            BatchOutputError: The disk refuses it.
        """
        if self._dirty:
            self._dirty = False
            with output_errors(self.path):
                flush(self._file)

    def keep(self, wanted: Callable[[int, bytes], bool]) -> None:
        """Keep the lines for which `wanted(offset, line)` is true, and replace the file in one step."""
        with output_errors(self.path):
            new = Replacement(self.path)
            try:
                lock(new.file)  # before it has the name of the file that is locked now
                at = kept = 0
                with open(new.file, "wb", 1 << 20, closefd=False) as file:
                    for line in self.lines():
                        if wanted(at, line):
                            kept += file.write(line)
                        at += len(line)
                if kept < at:
                    new.publish()
            except BaseException:
                new.discard()
                raise
        if kept == at:
            new.discard()
        else:
            os.close(self._file)
            self._file = new.file

    def close(self) -> None:
        """Close it, so that others can write."""
        os.close(self._file)

    def remove(self) -> None:
        """Delete it if it is empty, and close it."""
        if not self.size:
            self.path.unlink(missing_ok=True)
        self.close()
