"""A file of lines to which one process at a time appends.

A process that is killed leaves whole lines behind, except for the last one, which is cut off when the file is opened.
It must not know what a line contains.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import gettempdir

from ..._runs.durable import (
    FileInUseError,
    cut_torn_line,
    flush,
    lock,
    open_locked,
    path_of,
    read_pieces,
    stands_at,
    write,
)
from ..._runs.replacement import Replacement, replace
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

    Args:
        follow: Whether the path may be a symbolic link, because the caller chose it.

    Raises:
        BatchLockedError: Another process has it open.
        BatchOutputError: It cannot be opened.
    """

    def __init__(self, path: Path, *, follow: bool = False) -> None:
        self.path = path
        self._follow = follow
        self._dirty = False
        with output_errors(path):
            self._file = open_locked(path, append=True, follow=follow)
            cut_torn_line(self._file)
        self._expected = self.size

    @property
    def size(self) -> int:
        """Its size in bytes."""
        return os.fstat(self._file).st_size

    def cut(self, size: int) -> None:
        """Remove everything from a byte on."""
        with output_errors(self.path):
            os.ftruncate(self._file, size)
            flush(self._file)
        self._expected = size

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
        self._expected += len(data)

    def sync(self) -> None:
        """Force what was written to the disk.

        Raises:
            BatchOutputError: The disk refuses it.
        """
        if self._dirty:
            self._dirty = False
            with output_errors(self.path):
                flush(self._file)

    def rewrite(self, lines: Iterable[bytes]) -> None:
        """Replace all lines in one step. The new file is locked before it gets the name.

        Raises:
            BatchOutputError: The disk refuses it, or another program has changed the file.
        """
        self.verify()
        with output_errors(self.path):
            new = Replacement(self.path, follow=self._follow)
            try:
                lock(new.file)
                with open(new.file, "wb", 1 << 20, closefd=False) as file:
                    file.writelines(lines)
                new.publish()
            except BaseException:
                new.discard()
                raise
        os.close(self._file)
        self._file = new.file
        self._expected = self.size

    def keep(self, wanted: Callable[[int, bytes], bool]) -> None:
        """Keep the lines for which `wanted(offset, line)` is true."""

        def kept() -> Iterator[bytes]:
            at = 0
            for line in self.lines():
                if wanted(at, line):
                    yield line
                at += len(line)

        self.rewrite(kept())

    def verify(self) -> None:
        """Make sure that the lines that were written are at the path.

        Raises:
            BatchOutputError: Another program moved, deleted, replaced or changed the file. The error says where the
                lines are.
        """
        size = self.size
        if size != self._expected:
            raise BatchOutputError(
                f"{self.path} was changed by another program while the batch ran: it has {size:,} bytes, and "
                f"{self._expected:,} were written. Run the batch again: it runs the rows that are missing."
            )
        with output_errors(self.path):
            is_there = not size or stands_at(self._file, self.path)
        if not is_there:
            where = path_of(self._file) or self._rescue()
            raise BatchOutputError(
                f"{self.path} was moved, deleted or replaced by another program while the batch ran. What this run "
                f"and earlier ones had written is in {where}."
            )

    def _rescue(self) -> Path:
        """Copy the lines to a new file beside the path, before they are gone with the open file."""
        folder = self.path.parent if os.path.isdir(self.path.parent) else Path(gettempdir())
        names = (f"{self.path.stem}.recovered-{number}{self.path.suffix}" for number in count(1))
        path = next(path for path in map(folder.joinpath, names) if not path.exists())
        with output_errors(path):
            replace(path, read_pieces(self._file))
        return path

    def close(self) -> None:
        """Close it, so that others can write."""
        os.close(self._file)

    def remove(self) -> None:
        """Delete it if it is empty, and close it."""
        if not self.size and stands_at(self._file, self.path):
            self.path.unlink(missing_ok=True)
        self.close()
