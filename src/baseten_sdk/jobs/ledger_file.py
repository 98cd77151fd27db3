"""The file of a ledger: an SQLite file that one run at a time may write, and the tags that point into it.

Theory of operation. The file is in WAL mode with `synchronous=FULL`: a commit returns when its pages of the log are on
disk. There is one writer. A lock beside the file ensures that for all processes, even after `kill -9`, because the
kernel then releases it. It must not know how the state of a row changes.
"""

from __future__ import annotations

import os
import re
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Self

from .._runs.database import connect, reason, transaction
from .._runs.durable import FileInUseError, file_at, open_locked
from ..errors import ConfigurationError, LedgerError

VERSION = "1"

_COUNT = re.compile(r"[0-9]{1,18}")
"""A number that SQLite can hold. Anyone may post to the webhook's URL, with any tag."""

WAIT = 30.0
"""Seconds to wait for another program that writes to the file."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS baseten_ledger (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS baseten_rows (
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    digest BLOB NOT NULL,
    state TEXT NOT NULL,
    input BLOB,
    output BLOB,
    reason TEXT,
    detail TEXT,
    submissions INTEGER NOT NULL DEFAULT 0,
    finished_at REAL
);
CREATE INDEX IF NOT EXISTS baseten_rows_state ON baseten_rows (state, number);
CREATE TABLE IF NOT EXISTS baseten_submissions (
    number INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    sent_at REAL NOT NULL,
    request_id TEXT UNIQUE,
    ended_at REAL,
    outcome TEXT,
    PRIMARY KEY (number, attempt)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS baseten_submissions_live ON baseten_submissions (number) WHERE outcome IS NULL;
"""


class LedgerFile:
    """The file, opened for a run.

    Args:
        path: The file; created if it is missing. It may be the store of a receiver too.
        target: What the rows are sent to; a ledger is for one target.
        epoch: Gives the time in seconds since the epoch, which is written down.

    Raises:
        LedgerError: Another process has it, or it belongs to another target.
        ConfigurationError: The file cannot be opened, or is not an SQLite file.
    """

    def __init__(self, path: str | os.PathLike[str], target: str, epoch: Callable[[], float] = time.time) -> None:
        self.path = Path(path)
        self._epoch = epoch
        self._reading = threading.Lock()
        try:
            with ExitStack() as opened:
                # SQLite locks the ledger itself in its own way, so this lock is on a file beside it, whichever link
                # leads there.
                opened.callback(os.close, open_locked(f"{os.path.realpath(path)}.lock"))
                self._writer = opened.enter_context(closing(connect(self.path, wait=WAIT)))
                self._writer.executescript(SCHEMA)
                self._id = self._identity(target)
                self._file = file_at(self.path)
                self._reader = opened.enter_context(closing(connect(self.path, wait=WAIT)))
                self._opened = opened.pop_all()
        except FileInUseError:
            problem = None
        except (sqlite3.Error, OSError, ValueError) as error:
            problem = reason(error)
        else:
            return
        if problem is None:
            raise LedgerError(f"The ledger {self.path} is in use by another run.")
        raise ConfigurationError(f"The ledger {os.fspath(path)!r} cannot be opened: {problem}.")

    def close(self) -> None:
        """Close the file, so that others can use it."""
        with self._reading:
            self._opened.close()

    def tag(self, number: int, attempt: int) -> str:
        """Make the tag of a submission. Only those who have seen one of this ledger can guess it."""
        return f"{self._id}.{number}.{attempt}"

    def read_tag(self, tag: str) -> tuple[int, int] | None:
        """Read the row and the attempt from a tag; None if the tag is not from this ledger."""
        owner, _, rest = tag.partition(".")
        number, _, attempt = rest.partition(".")
        if owner != self._id or not _COUNT.fullmatch(number) or not _COUNT.fullmatch(attempt):
            return None
        return int(number), int(attempt)

    def transact(self, changes: Iterable[Callable[[Self], object]]) -> None:
        """Make all changes, or none.

        Raises:
            LedgerError: The file fails.
        """
        with ledger_errors(self.path):
            self._check_path()
            with transaction(self._writer):
                for change in changes:
                    change(self)

    def _check_path(self) -> None:
        """Refuse to write to a file that was moved or replaced.

        Raises:
            LedgerError: Another file is at the path, or none.
        """
        if file_at(self.path) != self._file:
            raise LedgerError(
                f"The ledger {self.path} was moved, deleted or replaced by another program during the run. Put it back "
                "and run again: without it, rows that were sent before are sent again."
            )

    def _identity(self, target: str) -> str:
        """Get the ID of this ledger, which is made with the file."""
        made = {"version": VERSION, "target": target, "id": secrets.token_hex(12)}
        with transaction(self._writer):
            self._writer.executemany("INSERT OR IGNORE INTO baseten_ledger VALUES (?, ?)", made.items())
        have: dict[str, str] = dict(self._writer.execute("SELECT name, value FROM baseten_ledger").fetchall())
        if have["version"] != VERSION:
            raise LedgerError(
                f"The ledger {self.path} was written by another version of this package ({have['version']})."
            )
        if have["target"] != target:
            raise LedgerError(f"The ledger {self.path} belongs to {have['target']}, not to {target}. Use another file.")
        return have["id"]


@contextmanager
def ledger_errors(path: Path) -> Generator[None]:
    """Raise a `LedgerError` that names the ledger, if its file fails."""
    try:
        yield
    except sqlite3.Error as error:
        raise LedgerError(f"The ledger {path} cannot be used: {reason(error)}.") from error
