"""A lock on an open file, for as long as it is open: between processes, and given back by the system when one dies."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import msvcrt
    import os

    def lock(file: int) -> bool:
        """Lock a file; whether that could be done at once."""
        # Windows locks ranges of bytes, and keeps others from reading them: one far behind any end will do.
        os.lseek(file, 1 << 60, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def lock(file: int) -> bool:
        """Lock a file; whether that could be done at once."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
