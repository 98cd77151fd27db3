"""Reads the files that a user names. It must not know what is in them."""

from __future__ import annotations

import errno
import stat
from pathlib import Path


def read_regular(path: Path) -> bytes:
    """Return what a file holds. A pipe is not opened, because it would wait for its writer.

    Raises:
        OSError: It cannot be read, or it is neither a file nor a link to one.
    """
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise OSError(errno.EINVAL, "it is not a regular file")
    return path.read_bytes()
