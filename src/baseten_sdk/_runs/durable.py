"""Files that outlive the process: private, locked, whole, and on the disk itself.

New files can be read by their owner alone; files that exist keep their mode. A file that is replaced is the old one or
the new one, never half of either. A file that a process died in is whole up to its last line. A symbolic link is
followed only at a path that the user chose: one at a name that is derived from it was planted. It must not know what
stands in a file.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

PRIVATE = 0o600

BLOCK = 64 * 1024

_FLAGS = os.O_RDWR | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NEW = _FLAGS | os.O_CREAT | os.O_EXCL | _NO_LINK


class FileInUseError(OSError):
    """Another process has locked the file."""

    def __init__(self) -> None:
        super().__init__(errno.EAGAIN, "another process has it open")


def create_private(path: str | os.PathLike[str]) -> None:
    """Create a file where there is none. One that exists is not touched, nor even opened."""
    with suppress(FileExistsError):
        os.close(os.open(path, _NEW, PRIVATE))


def open_locked(path: str | os.PathLike[str], *, append: bool = False, follow: bool = False) -> int:
    """Open a file for reading and writing, and lock it for as long as it is open; create it where there is none.

    Args:
        path: the file.
        append: whether all that is written goes to its end.
        follow: whether the path may be a symbolic link.

    Raises:
        FileInUseError: another process has locked it.
        OSError: it cannot be opened, or its file system has no locks.
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
        os.close(file)  # another process replaced or deleted it before it was locked


def read_regular(path: str | os.PathLike[str]) -> bytes:
    """Read a file whole. A pipe that was planted in its place is not waited for.

    Raises:
        OSError: it cannot be read, or is not a regular file.
    """
    with open(os.open(path, os.O_RDONLY | _AT_ONCE), "rb") as file:
        _check_regular(file.fileno())
        return file.read()


def _check_regular(file: int) -> None:
    mode = os.fstat(file).st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISCHR(mode):  # a device answers for itself
        raise OSError(errno.EINVAL, "it is not a regular file")


def lock(file: int) -> None:
    """Lock an open file against other processes until it is closed, which the system does for a process that dies.

    Raises:
        FileInUseError: another process has locked it.
        OSError: its file system has no locks.
    """
    try:
        _lock(file)
    except (BlockingIOError, PermissionError):
        raise FileInUseError from None
    except OSError as error:
        problem = f"its file system cannot lock files ({error.strerror}); use one that can, such as a local disk"
        raise OSError(error.errno, problem) from None


def stands_at(file: int, path: str | os.PathLike[str]) -> bool:
    """Whether a path still leads to an open file: it was not moved, deleted or replaced."""
    try:
        return os.path.samestat(os.fstat(file), os.stat(path))
    except (FileNotFoundError, NotADirectoryError):
        return False


def file_at(path: str | os.PathLike[str]) -> tuple[int, int] | None:
    """Which file stands at a path; None where there is none."""
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino


def path_of(file: int) -> Path | None:
    """Where an open file is now; None where it was deleted, or the system does not tell."""
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
    """What is in an open file, from its beginning, even if it has no name any more."""
    os.lseek(file, 0, os.SEEK_SET)
    while piece := os.read(file, BLOCK):
        yield piece


def write(file: int, data: bytes) -> None:
    """Write all of it."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]


def cut_torn_line(file: int) -> int:
    """Cut off what follows the last end of a line: how many bytes that was."""
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
    """The lines of a file, their ends included, without a torn one at the end; none where there is no file."""
    with suppress(FileNotFoundError), path.open("rb", 1 << 20) as file:
        for line in file:
            if line.endswith(b"\n"):
                yield line


def flush(file: int) -> None:
    """Have the disk itself keep what was written."""
    if sys.platform == "darwin":
        import fcntl

        # fsync leaves it in the disk's cache here. A file system that cannot do better refuses.
        with suppress(OSError):
            fcntl.fcntl(file, fcntl.F_FULLFSYNC)
            return
    os.fsync(file)


def flush_folder(folder: Path) -> None:
    """Have the disk keep the names in a folder: a new file's name is not part of the file."""
    if sys.platform != "win32":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network file systems cannot
                raise
        finally:
            os.close(opened)


class Replacement:
    """A new file that takes the place of another one as a whole. It has the mode of the file that it replaces.

    Args:
        path: the file to replace; it need not exist.
        follow: whether the path may be a symbolic link, which then stays one. Otherwise the link is replaced.

    Attributes:
        file: the new file, open for appending.
    """

    def __init__(self, path: Path, *, follow: bool = False) -> None:
        self._target = Path(os.path.realpath(path)) if follow else path
        self._path = self._target.with_name(f"{self._target.name}.new")
        self._path.unlink(missing_ok=True)  # of a process that died, or a link that somebody planted
        self.file = os.open(self._path, _NEW | os.O_APPEND, PRIVATE)
        with suppress(FileNotFoundError):
            mode = self._target.lstat().st_mode
            if sys.platform != "win32" and stat.S_ISREG(mode):
                os.fchmod(self.file, stat.S_IMODE(mode))

    def publish(self) -> None:
        """Put it in its place. It stays open."""
        flush(self.file)
        os.replace(self._path, self._target)
        flush_folder(self._target.parent)

    def discard(self) -> None:
        """Close and delete it."""
        os.close(self.file)
        self._path.unlink(missing_ok=True)


def replace(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file anew: it has its old content or all of the new one, whatever happens meanwhile."""
    new = Replacement(path)
    try:
        with open(new.file, "wb", 1 << 20, closefd=False) as file:
            file.writelines(pieces)
        new.publish()
    except BaseException:
        new.discard()
        raise
    os.close(new.file)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        # Windows locks ranges of bytes, and keeps others from reading them: one far behind any end will do.
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
