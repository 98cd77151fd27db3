"""A file of lines that is appended to by one process at a time, and mended when it is opened.

A process that is killed leaves behind whole lines but for the last, which is cut off. It must not know what stands in a
line.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from ..._runs.lock import lock
from ...errors import BatchLockedError, BatchOutputError

BLOCK = 64 * 1024


class LineFile:
    """A file of lines that is appended to.

    Raises:
        BatchLockedError: another process has it open.
        BatchOutputError: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o666)
        except OSError as error:
            raise BatchOutputError(f"{path} cannot be written: {error.strerror}.") from None
        if not lock(self._file):
            os.close(self._file)
            raise BatchLockedError(f"{path} is being written by another process.")
        self._dirty = False
        self.mended = self._mend()

    @property
    def size(self) -> int:
        """Its bytes."""
        return os.fstat(self._file).st_size

    def _mend(self) -> int:
        """Cut off what follows the last end of a line: how many bytes that was."""
        size = end = self.size
        with self.path.open("rb") as file:
            while end > 0:
                start = max(0, end - BLOCK)
                file.seek(start)
                at = file.read(end - start).rfind(b"\n")
                if at >= 0:
                    end = start + at + 1
                    break
                end = start
        if end < size:
            self.cut(end)
        return size - end

    def cut(self, size: int) -> None:
        """Leave out everything from a byte on."""
        os.ftruncate(self._file, size)
        os.fsync(self._file)

    def lines(self, start: int = 0) -> Iterator[bytes]:
        """Its lines from a byte on, their ends included."""
        with self.path.open("rb", 1 << 20) as file:
            file.seek(start)
            yield from file

    def write(self, data: bytes) -> None:
        """Append, all of it.

        Raises:
            BatchOutputError: the disk does not take it.
        """
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._file, view) :]
        except OSError as error:
            raise BatchOutputError(f"{self.path} cannot be written: {error.strerror}.") from error
        self._dirty = True

    def sync(self) -> None:
        """Have the disk keep what was written.

        Raises:
            BatchOutputError: it does not.
        """
        if self._dirty:
            self._dirty = False
            try:
                os.fsync(self._file)
            except OSError as error:
                raise BatchOutputError(f"{self.path} cannot be written: {error.strerror}.") from error

    def keep(self, wanted: Callable[[int, bytes], bool]) -> None:
        """Leave out the lines that are not wanted, by their place in bytes and their text, in one step."""
        rest = self.path.with_name(f"{self.path.name}.new")
        at = 0
        with rest.open("wb") as file:
            for line in self.lines():
                if wanted(at, line):
                    file.write(line)
                at += len(line)
            file.flush()
            os.fsync(file.fileno())
            kept = file.tell()
        if kept == at:
            rest.unlink()
            return
        # The lock is held on the file that is replaced; it is taken on the new one before that has its name.
        new = os.open(rest, os.O_RDWR | os.O_APPEND | getattr(os, "O_BINARY", 0))
        lock(new)
        os.replace(rest, self.path)
        os.close(self._file)
        self._file = new

    def close(self) -> None:
        """Close it, and let others write."""
        os.close(self._file)

    def remove(self) -> None:
        """Delete it if there is nothing in it, and close it."""
        if not self.size:
            self.path.unlink(missing_ok=True)
        self.close()
