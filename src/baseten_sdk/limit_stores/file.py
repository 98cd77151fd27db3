"""Shared limits in an SQLite file.

Theory of operation. Each change is one transaction. The time is the machine's monotonic clock, which all its processes
share, and which cannot be set back. After a reboot it starts again, and the state counts as if no time had passed. The
file need not survive a power failure with its last commits, so commits do not wait for the disk.

If the file is deleted while it is open, what it held is lost. So the next change fails, and all changes do until there
is a file again. A connection belongs to the process that opened it: after a fork, the inherited one is left alone.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import TypeVar

from .._repr import safe_repr
from .._runs.database import connect, reason, transaction
from .._runs.durable import file_at
from ..errors import LimitStoreError
from ..types.limit_store import StateChange

T = TypeVar("T")

BUSY = 5.0
"""Seconds to wait for another process."""

TRANSIENT = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL})

TABLE = "CREATE TABLE baseten_limits (id INTEGER PRIMARY KEY CHECK (id = 1), state BLOB NOT NULL)"
SELECT = "SELECT state FROM baseten_limits"
REPLACE = "INSERT OR REPLACE INTO baseten_limits (id, state) VALUES (1, ?)"
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"


class FileLimitStore:
    """Keep shared limits in a file, for all processes of one machine.

    The file belongs to the limits alone. It is created when it is first needed. Only its owner can read it.

    Args:
        path: The file, on a local disk.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.path.abspath(path)
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._inherited: list[sqlite3.Connection] = []
        self._file: tuple[int, int] | None = None
        self._process = os.getpid()

    def change(self, change: StateChange[T], /) -> T:
        """Change the state in one transaction.

        Raises:
            LimitStoreError: The file cannot be used.
        """
        with self._lock, self._errors():
            connection = self._open()
            with transaction(connection):
                row = connection.execute(SELECT).fetchone()
                state, result = change(None if row is None else row[0], time.monotonic())
                connection.execute(REPLACE, (state,))
            return result

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None and self._process == os.getpid():
                self._connection.close()
            self._connection = None

    def __del__(self) -> None:
        connection = getattr(self, "_connection", None)
        if connection is not None and self._process == os.getpid():
            connection.close()

    def _open(self) -> sqlite3.Connection:
        if self._connection is not None and self._process != os.getpid():
            self._inherited.append(self._connection)
            self._connection = None
        found = file_at(self.path)
        if self._file is not None and found is None:
            raise self._error("it was deleted while it was in use. What was used is lost: restart the processes")
        if self._connection is not None and found != self._file:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None
        if self._connection is None:
            connection = connect(self.path, wait=BUSY, durable=False)
            try:
                self._create(connection)
            except BaseException:
                connection.close()
                raise
            self._connection, self._file, self._process = connection, file_at(self.path), os.getpid()
        return self._connection

    def _create(self, connection: sqlite3.Connection) -> None:
        with transaction(connection):
            tables = [name for (name,) in connection.execute(TABLES)]
            if not tables:
                connection.execute(TABLE)
        if tables not in ([], ["baseten_limits"]):
            raise self._error("it is the database of another program. Give the limits a file of their own")

    @contextmanager
    def _errors(self) -> Generator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            failure = self._error(reason(error), transient=getattr(error, "sqlite_errorcode", 0) & 0xFF in TRANSIENT)
        else:
            return
        raise failure

    def _error(self, problem: str, *, transient: bool = False) -> LimitStoreError:
        message = f"The limits in {self.path!r} cannot be used: {problem}."
        return LimitStoreError(message, store=self.path, transient=transient)

    def __reduce__(self) -> tuple[type[FileLimitStore], tuple[str]]:
        return FileLimitStore, (self.path,)

    def __eq__(self, other: object) -> bool:
        return self.path == other.path if isinstance(other, FileLimitStore) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.path)

    @safe_repr
    def __repr__(self) -> str:
        return f"FileLimitStore({self.path!r})"
