"""Files that are replaced as a whole: a reader finds the old one or the new one, never a part of either.

A replaced file keeps its mode. This module must not know the content of a file.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from .durable import NEW, PRIVATE, flush, flush_folder


def new_path(path: Path) -> Path:
    """Return where the new content of a file is until it replaces the old one."""
    return path.with_name(f"{path.name}.new")


class Replacement:
    """A new file that replaces another one as a whole. It takes the mode of the file that it replaces.

    Args:
        path: The file to replace. It need not exist.
        follow: Whether the path may be a symbolic link. If so, the link stays, and its target is replaced. Otherwise,
            the link itself is replaced.

    Attributes:
        file: The new file, open for appending.

    Raises:
        OSError: The new file cannot be created, or the path leads to a device, a pipe or a folder.
    """

    def __init__(self, path: Path, *, follow: bool = False) -> None:
        self._target = Path(os.path.realpath(path)) if follow else path
        self._path = new_path(self._target)
        mode = _mode_of(self._target)
        if mode is not None and not stat.S_ISREG(mode) and not stat.S_ISLNK(mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        self._path.unlink(missing_ok=True)  # Left by a process that died, or a link that somebody planted.
        self.file = os.open(self._path, NEW | os.O_APPEND, PRIVATE)
        if sys.platform != "win32" and mode is not None and stat.S_ISREG(mode):
            os.fchmod(self.file, stat.S_IMODE(mode))

    def publish(self) -> None:
        """Move the new file into place. It stays open."""
        flush(self.file)
        os.replace(self._path, self._target)
        flush_folder(self._target.parent)

    def discard(self) -> None:
        """Close and delete the new file."""
        os.close(self.file)
        self._path.unlink(missing_ok=True)


def _mode_of(path: Path) -> int | None:
    try:
        return path.lstat().st_mode
    except FileNotFoundError:
        return None


def replace(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file again. It has either its old or all of its new content, whatever happens meanwhile."""
    with replacing(path) as file:
        file.writelines(pieces)


@contextmanager
def replacing(path: Path, *, follow: bool = False) -> Generator[BinaryIO]:
    """Yield the new file, and publish it at the end. After an error, the old file stays."""
    new = Replacement(path, follow=follow)
    try:
        with open(new.file, "wb", 1 << 20, closefd=False) as file:
            yield file
        new.publish()
    except BaseException:
        new.discard()
        raise
    os.close(new.file)
