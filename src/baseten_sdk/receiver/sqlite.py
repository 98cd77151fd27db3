"""Deliveries in an SQLite file.

Theory of operation. If the file is moved or deleted, a new one at its path takes the next deliveries. Several
receivers may share a file; a writer waits for the one before it, for some seconds, and readers do not wait. A
connection belongs to the process that opened it: after a fork there is a new one, and the inherited one is left alone,
since closing it would drop the parent's locks.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from .._runs.database import connect, reason, transaction
from .._runs.durable import file_at
from ..errors import ConfigurationError
from .delivery import StoredDelivery
from .store_errors import log_new_file, store_errors

BUSY = 5.0
"""Seconds to wait for another writer. Baseten waits 10 for an answer."""

NOWHERE = (-1, -1)

SCHEMA = """
CREATE TABLE IF NOT EXISTS baseten_deliveries (
    position INTEGER PRIMARY KEY,
    request_id TEXT NOT NULL UNIQUE,
    body BLOB NOT NULL,
    received_at REAL NOT NULL,
    tag TEXT
)
"""

INDEX = """
CREATE INDEX IF NOT EXISTS baseten_deliveries_tag ON baseten_deliveries (tag, position) WHERE tag IS NOT NULL
"""

INSERT = """
INSERT INTO baseten_deliveries (request_id, body, received_at, tag) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING
"""

SELECT = "SELECT request_id, body, received_at, tag FROM baseten_deliveries WHERE request_id = ?"

TAGGED = """
SELECT request_id, body, received_at, tag FROM baseten_deliveries WHERE tag = ? ORDER BY position LIMIT 1
"""

PAGE = """
SELECT position, request_id, body, received_at, tag FROM baseten_deliveries
WHERE position > ? ORDER BY position LIMIT 100
"""


class SQLiteStore:
    """Keeps deliveries in an SQLite file, in the table `baseten_deliveries`; other tables may live beside it.

    Several processes may use one file: a receiver on its own, and programs that read what it received.

    Args:
        path: The file; created if it is missing.

    Raises:
        ConfigurationError: The file cannot be opened, or is not an SQLite file.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._lock = threading.Lock()
        self._process = os.getpid()
        self._inherited: list[sqlite3.Connection] = []
        self._file: tuple[int, int] | None = None
        try:
            self._connection: sqlite3.Connection | None = self._opened()
        except (sqlite3.Error, OSError, ValueError) as error:
            problem = reason(error)
        else:
            return
        raise ConfigurationError(f"The store {os.fspath(path)!r} cannot be opened: {problem}.")

    def add(self, deliveries: Sequence[StoredDelivery], /) -> None:
        """Keep deliveries in one transaction. If two deliveries have the same request ID, keep the first.

        Raises:
            WebhookStoreError: The disk is full, the file is damaged or was locked for too long, or the store is closed.
        """
        rows = [(each.request_id, each.body, each.received_at, each.tag) for each in deliveries]
        with self._using() as connection, transaction(connection):
            connection.executemany(INSERT, rows)

    def get(self, request_id: str, /) -> StoredDelivery | None:
        """Get the delivery of a request, whichever process received it."""
        return self._find(SELECT, request_id)

    def tagged(self, tag: str, /) -> StoredDelivery | None:
        """Get the first delivery with a tag, whichever process received it."""
        return self._find(TAGGED, tag)

    def _find(self, query: str, value: str) -> StoredDelivery | None:
        with self._using() as connection:
            row = connection.execute(query, (value,)).fetchone()
        return None if row is None else StoredDelivery(*row)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None and self._process == os.getpid():
                self._connection.close()
            self._connection = None

    def __len__(self) -> int:
        with self._using() as connection:
            (count,) = connection.execute("SELECT count(*) FROM baseten_deliveries").fetchone()
        return int(count)

    def __iter__(self) -> Iterator[StoredDelivery]:
        """Iterate over the deliveries in the order in which they came."""
        last = 0
        while True:
            with self._using() as connection:
                rows = connection.execute(PAGE, (last,)).fetchall()
            for position, *row in rows:
                last = position
                yield StoredDelivery(*row)
            if not rows:
                return

    @contextmanager
    def _using(self) -> Generator[sqlite3.Connection]:
        with store_errors(self.path), self._lock:
            yield self._open()

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise sqlite3.ProgrammingError("it is closed")
        if self._process != os.getpid():
            self._inherited.append(self._connection)
            self._connection, self._process = self._opened(), os.getpid()
        elif file_at(self.path) != self._file:
            # A commit to the moved file might be lost with it.
            self._leave(self._connection)
            self._connection = self._opened()
        return self._connection

    def _leave(self, connection: sqlite3.Connection) -> None:
        """Close a file that was moved or deleted, and merge its log, which would otherwise keep the old name."""
        if self._file != NOWHERE:
            log_new_file(self.path)
            self._file = NOWHERE
            with suppress(sqlite3.Error):
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    def _opened(self) -> sqlite3.Connection:
        connection = connect(self.path, wait=BUSY)
        try:
            connection.execute(SCHEMA)
            connection.execute(INDEX)
        except BaseException:
            connection.close()
            raise
        self._file = file_at(self.path)
        return connection
