"""Files that outlive the process: private, locked, complete, and on disk.

New files can be read only by their owner. Existing files keep their mode. A replaced file is the old one or the new
one, never a part of either. After a crash, a file is complete up to its last line. A symbolic link is followed only at
a path that the user chose: one at a derived name was planted. This module must not know the content of a file.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PRIVATE = 0o600

BLOCK = 64 * 1024

_FLAGS = os.O_RDWR | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
NEW = _FLAGS | os.O_CREAT | os.O_EXCL | _NO_LINK


class FileInUseError(OSError):
    """Another process has locked the file."""

    def __init__(self) -> None:
        super().__init__(errno.EAGAIN, "another process has it open")


def create_private(path: str | os.PathLike[str]) -> None:
    """Create a file if it does not exist. An existing file is neither changed nor opened."""
    with suppress(FileExistsError):
        os.close(os.open(path, NEW, PRIVATE))


def open_locked(path: str | os.PathLike[str], *, append: bool = False, follow: bool = False) -> int:
    """Open a file for reading and writing, and lock it while it is open. Create it if it does not exist.

    Args:
        append: Whether all writes go to its end.
        follow: Whether the path may be a symbolic link.

    Raises:
        FileInUseError: Another process has locked it.
        OSError: It cannot be opened, or its file system has no locks.
    """
    flags = _FLAGS | os.O_CREAT | (os.O_APPEND if append else 0) | (0 if follow else _NO_LINK)
    while True:
        try:
            file = os.open(path, flags, PRIVATE)
        except OSError as error:
            if error.errno != errno.ELOOP or follow:
                raise
            raise OSError(errno.ELOOP, "it is a symbolic link, which is not followed here; delete it") from None
        try:
            _check_regular(file)
            lock(file)
            if stands_at(file, path):
                return file
        except BaseException:
            os.close(file)
            raise
        os.close(file)  # Another process replaced or deleted the file before it was locked.


def read_regular(path: str | os.PathLike[str]) -> bytes:
    """Read a whole file. It does not wait for a pipe that was planted in its place.

    Raises:
        OSError: It cannot be read, or it is not a regular file.
    """
    with open(os.open(path, os.O_RDONLY | _AT_ONCE), "rb") as file:
        _check_regular(file.fileno())
        return file.read()


def _check_regular(file: int) -> None:
    mode = os.fstat(file).st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISCHR(mode):  # A device file is the user's own responsibility.
        raise OSError(errno.EINVAL, "it is not a regular file")


def lock(file: int) -> None:
    """Lock an open file against other processes until it is closed. If a process dies, the system unlocks its files.

    Raises:
        FileInUseError: Another process has locked it.
        OSError: Its file system has no locks.
    """
    try:
        _lock(file)
    except (BlockingIOError, PermissionError):
        raise FileInUseError from None
    except OSError as error:
        problem = f"its file system cannot lock files ({error.strerror}); use one that can, such as a local disk"
        raise OSError(error.errno, problem) from None


def stands_at(file: int, path: str | os.PathLike[str]) -> bool:
    """Whether a path still leads to an open file, because the file was not moved, deleted or replaced."""
    try:
        return os.path.samestat(os.fstat(file), os.stat(path))
    except (FileNotFoundError, NotADirectoryError):
        return False


def file_at(path: str | os.PathLike[str]) -> tuple[int, int] | None:
    """Identify the file at a path. Return None if there is none."""
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino


def path_of(file: int) -> Path | None:
    """Return the current path of an open file. None if it was deleted or the system does not say."""
    try:
        if sys.platform == "darwin":
            import fcntl

            found = os.fsdecode(fcntl.fcntl(file, fcntl.F_GETPATH, bytes(1024)).rstrip(b"\0"))
        else:
            found = os.readlink(f"/proc/self/fd/{file}")
    except OSError:
        return None
    return Path(found) if stands_at(file, found) else None


def read_pieces(file: int) -> Iterator[bytes]:
    """Yield the content of an open file from its beginning, even if it has no name any more."""
    os.lseek(file, 0, os.SEEK_SET)
    while piece := os.read(file, BLOCK):
        yield piece


def write(file: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]


def cut_torn_line(file: int) -> int:
    """Cut off what follows the last end of a line. Return how many bytes that was."""
    size = end = os.fstat(file).st_size
    while end > 0:
        start = max(0, end - BLOCK)
        os.lseek(file, start, os.SEEK_SET)
        found = os.read(file, end - start).rfind(b"\n")
        if found >= 0:
            end = start + found + 1
            break
        end = start
    if end < size:
        os.ftruncate(file, end)
        flush(file)
    return size - end


def whole_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file with their ends, without an incomplete last one. None if the file does not exist."""
    with suppress(FileNotFoundError), path.open("rb", 1 << 20) as file:
        for line in file:
            if line.endswith(b"\n"):
                yield line


def flush(file: int) -> None:
    """Write the file through to disk."""
    if sys.platform == "darwin":
        import fcntl

        # On macOS, fsync leaves data in the disk's cache. A file system that cannot do better refuses this.
        with suppress(OSError):
            fcntl.fcntl(file, fcntl.F_FULLFSYNC)
            return
    os.fsync(file)


def flush_folder(folder: Path) -> None:
    """Write the names in a folder through to disk. A new file's name is not part of the file."""
    if sys.platform != "win32":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # Some network file systems do not support this.
                raise
        finally:
            os.close(opened)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        # Windows locks byte ranges and keeps others from reading them, so lock one far beyond any end.
        at = os.lseek(file, 0, os.SEEK_CUR)
        os.lseek(file, 1 << 60, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(file, at, os.SEEK_SET)

else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
