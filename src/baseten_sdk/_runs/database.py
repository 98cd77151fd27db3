"""SQLite files whose commits are on disk when they return, and the reasons why one fails. It must not know any table.

Theory of operation. A file is in WAL mode with `synchronous=FULL`: a commit returns when its pages of the log are on
disk. Readers, in this process and in others, do not wait for writers. Without `durable`, a commit survives the
process, but a power failure may undo the last ones.

SQLite waits for other writers by itself, but not when a new file is put into WAL mode: of several processes that start
together, all but one fail at once. So that step is repeated here.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Generator
from contextlib import contextmanager

from .durable import create_private

RETRY_INTERVAL = 0.01
"""Seconds before a new file is tried again that another process is just creating."""


def connect(path: str | os.PathLike[str], *, wait: float, durable: bool = True) -> sqlite3.Connection:
    """Open a file. A new file is private, and so are the two that SQLite keeps beside it.

    The caller begins transactions by hand, and keeps uses of the connection apart.

    Args:
        wait: Seconds to wait for another writer.
        durable: Whether a commit waits for the disk.

    Raises:
        OSError: The file cannot be created.
        sqlite3.Error: It cannot be opened.
    """
    create_private(os.path.realpath(path))
    connection = sqlite3.connect(path, timeout=wait, isolation_level=None, check_same_thread=False)
    try:
        _enter_wal_mode(connection, wait)
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        if durable:
            connection.execute("PRAGMA fullfsync = ON")  # macOS: to disk, not only to its cache.
    except BaseException:
        connection.close()
        raise
    return connection


def _enter_wal_mode(connection: sqlite3.Connection, wait: float) -> None:
    until = time.monotonic() + wait
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                raise
        else:
            return
        time.sleep(RETRY_INTERVAL)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Generator[None]:
    """Make all changes of a block, or none."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def reason(error: sqlite3.Error | OSError | ValueError) -> str:
    """Describe what went wrong with a file, and what to do about it if possible.

    A ValueError is a NUL character in its path.
    """
    if isinstance(error, OSError):
        return error.strerror or str(error)
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return "another program has kept it locked (a viewer or a backup, perhaps); end that, and run again"
        case sqlite3.SQLITE_FULL:
            return "the disk is full; make room, and run again"
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return f"it is not an SQLite file, or it is damaged ({error})"
        case _:
            return str(error)
