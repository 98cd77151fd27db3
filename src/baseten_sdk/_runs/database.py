"""SQLite files whose commits are on the disk when they return, and why one fails. It must not know a table.

Theory of operation. A file is in WAL mode with `synchronous=FULL`: a commit returns when its pages of the log are on
the disk. Readers, of this process and of others, do not wait for writers.
"""

from __future__ import annotations

import os
import sqlite3

from .durable import create_private


def connect(path: str | os.PathLike[str], *, wait: float) -> sqlite3.Connection:
    """Open a file; a new one is private, and so are the two that SQLite keeps beside it.

    Transactions are begun by hand, and whoever uses the connection keeps its uses apart.

    Args:
        path: the file.
        wait: seconds to wait for another writer.

    Raises:
        OSError: the file cannot be created.
        sqlite3.Error: it cannot be opened.
    """
    create_private(os.path.realpath(path))
    connection = sqlite3.connect(path, timeout=wait, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")  # macOS: to the disk, not to its cache
    except BaseException:
        connection.close()
        raise
    return connection


def reason(error: sqlite3.Error) -> str:
    """What went wrong with a file, and what to do about it where something can be done."""
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return "another program has kept it locked (a viewer or a backup, perhaps); end that, and run again"
        case sqlite3.SQLITE_FULL:
            return "the disk is full; make room, and run again"
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return f"it is not an SQLite file, or it is damaged ({error})"
        case _:
            return str(error)
