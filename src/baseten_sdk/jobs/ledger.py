"""The ledger: every row, every submission of it, and what became of both.

Theory of operation. Each change of state is one function here. All of them are safe to be cut short: if a process dies
between two of them, the next one can continue from what is on disk.

A row is `waiting` (to be sent), `sent` (it has a submission that is not over), `succeeded` or `failed`. A submission
without an outcome is not over. If it also lacks a request ID, its fate is unknown.

It must not know how anything is sent, nor wait for anything but the disk. `ledger_file` owns the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from ..errors import LedgerError
from .ledger_file import LedgerFile, ledger_errors

Reason: TypeAlias = Literal["failed", "canceled", "refused", "expired", "lost", "unknown"]
"""Why a row failed: the model failed, it was canceled, or it was refused; or its last allowed submission expired in
the queue, lost its output on the way, or may or may not have been accepted."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A submission that is recorded and may be sent.

    Attributes:
        attempt: Counts the submissions of a row, from 1.
        tag: The tag in the webhook's URL, which identifies the delivery.
        input: The JSON to send.
    """

    number: int
    attempt: int
    tag: str
    input: bytes


@dataclass(frozen=True, slots=True)
class UnfinishedSubmission:
    """A submission that an earlier run left behind. Without a `request_id`, it may or may not have been accepted."""

    number: int
    attempt: int
    tag: str
    sent_at: float
    request_id: str | None


class Ledger(LedgerFile):
    """The rows and submissions in the file, and each change of their state."""

    # Reading, in any thread.

    def known(self, key: str) -> bytes | None:
        """Get the digest of the row with a key; None if the row is new."""
        with ledger_errors(self.path), self._reading:
            row = self._reader.execute("SELECT digest FROM baseten_rows WHERE key = ?", (key,)).fetchone()
        return None if row is None else bytes(row[0])

    # Writing, by the one writer, inside of its transaction.

    def unfinished(self) -> list[UnfinishedSubmission]:
        """List the submissions without an outcome."""
        rows = self._writer.execute(
            "SELECT number, attempt, sent_at, request_id FROM baseten_submissions WHERE outcome IS NULL ORDER BY number"
        ).fetchall()
        return [
            UnfinishedSubmission(number, attempt, self.tag(number, attempt), at, rid)
            for number, attempt, at, rid in rows
        ]

    def waiting(self, after: int, until: int, most: int) -> list[int]:
        """List rows between two numbers that wait to be sent, `most` of them."""
        rows = self._writer.execute(
            "SELECT number FROM baseten_rows WHERE state = 'waiting' AND number > ? AND number <= ? "
            "ORDER BY number LIMIT ?",
            (after, until, most),
        ).fetchall()
        return [number for (number,) in rows]

    def last(self) -> int:
        """Get the highest row number; 0 if there are no rows."""
        (number,) = self._writer.execute("SELECT coalesce(max(number), 0) FROM baseten_rows").fetchone()
        return int(number)

    def counts(self) -> dict[str, int]:
        return dict(self._writer.execute("SELECT state, count(*) FROM baseten_rows GROUP BY state").fetchall())

    def retry_failed(self) -> int:
        """Make the failed rows wait again, as if they had never been sent. Returns how many there are."""
        cursor = self._writer.execute(
            "UPDATE baseten_rows SET state = 'waiting', reason = NULL, detail = NULL, finished_at = NULL, "
            "submissions = 0 WHERE state = 'failed' AND input IS NOT NULL"
        )
        return cursor.rowcount

    def add(self, key: str, digest: bytes, given: bytes) -> int | None:
        """Add a row that waits. Returns its number, or None if its key is there already.

        Raises:
            LedgerError: There is another row of that key.
        """
        cursor = self._writer.execute(
            "INSERT INTO baseten_rows (key, digest, state, input) VALUES (?, ?, 'waiting', ?) "
            "ON CONFLICT (key) DO NOTHING",
            (key, digest, given),
        )
        if cursor.rowcount:
            return cursor.lastrowid
        (have,) = self._writer.execute("SELECT digest FROM baseten_rows WHERE key = ?", (key,)).fetchone()
        check_same(key, digest, bytes(have))
        return None

    def begin(self, number: int) -> Intent | None:
        """Record that a row is about to be sent; None if it no longer waits."""
        row = self._writer.execute(
            "SELECT input, (SELECT coalesce(max(attempt), 0) FROM baseten_submissions AS s WHERE s.number = r.number) "
            "FROM baseten_rows AS r WHERE number = ? AND state = 'waiting'",
            (number,),
        ).fetchone()
        if row is None or row[0] is None:
            return None
        attempt = int(row[1]) + 1
        self._writer.execute(
            "INSERT INTO baseten_submissions (number, attempt, sent_at) VALUES (?, ?, ?)",
            (number, attempt, self._epoch()),
        )
        self._writer.execute(
            "UPDATE baseten_rows SET state = 'sent', submissions = submissions + 1 WHERE number = ?", (number,)
        )
        return Intent(number, attempt, self.tag(number, attempt), bytes(row[0]))

    def accepted(self, number: int, attempt: int, request_id: str) -> None:
        self._writer.execute(
            "UPDATE baseten_submissions SET request_id = ? WHERE number = ? AND attempt = ?",
            (request_id, number, attempt),
        )

    def not_taken(self, number: int, attempt: int) -> None:
        """Record that a submission made no job: the row waits again."""
        self._writer.execute("DELETE FROM baseten_submissions WHERE number = ? AND attempt = ?", (number, attempt))
        self._writer.execute(
            "UPDATE baseten_rows SET state = 'waiting', submissions = submissions - 1 "
            "WHERE number = ? AND state = 'sent'",
            (number,),
        )

    def again(self, number: int, attempt: int, outcome: Reason, most: int, detail: str) -> bool:
        """End a submission without an output. Returns whether the row waits again; if not, it failed."""
        self._end(number, attempt, outcome)
        row = self._writer.execute(
            "SELECT submissions FROM baseten_rows WHERE number = ? AND state = 'sent'", (number,)
        ).fetchone()
        if row is None:
            return False
        if row[0] < most:
            self._writer.execute("UPDATE baseten_rows SET state = 'waiting' WHERE number = ?", (number,))
            return True
        self._fail(number, outcome, detail)
        return False

    def failed(self, number: int, attempt: int, reason: Reason, detail: str) -> None:
        """End a submission without an output, and fail its row."""
        self._end(number, attempt, reason)
        self._fail(number, reason, detail)

    def succeeded(self, number: int, attempt: int, request_id: str, output: bytes | None) -> str:
        """Record the output of a row, from this or an earlier submission. Returns the state that the row was in."""
        (before,) = self._writer.execute("SELECT state FROM baseten_rows WHERE number = ?", (number,)).fetchone()
        self._writer.execute(
            "UPDATE baseten_submissions SET outcome = 'succeeded', ended_at = ?, "
            "request_id = coalesce(request_id, ?) WHERE number = ? AND attempt = ?",
            (self._epoch(), request_id, number, attempt),
        )
        self._writer.execute(
            "UPDATE baseten_rows SET state = 'succeeded', output = ?, input = NULL, reason = NULL, detail = NULL, "
            "finished_at = ? WHERE number = ? AND state != 'succeeded'",
            (output, self._epoch(), number),
        )
        # The outcome of another submission of the row, which may still run, no longer matters.
        self._writer.execute(
            "UPDATE baseten_submissions SET outcome = 'superseded', ended_at = ? WHERE number = ? AND outcome IS NULL",
            (self._epoch(), number),
        )
        return str(before)

    def submission(self, request_id: str) -> tuple[int, int] | None:
        """Find the row and the attempt with a request ID."""
        row = self._writer.execute(
            "SELECT number, attempt FROM baseten_submissions WHERE request_id = ?", (request_id,)
        ).fetchone()
        return None if row is None else (int(row[0]), int(row[1]))

    def expects(self, number: int, attempt: int) -> bool:
        """Whether there is such a submission, still without a request ID."""
        row = self._writer.execute(
            "SELECT 1 FROM baseten_submissions WHERE number = ? AND attempt = ? AND request_id IS NULL",
            (number, attempt),
        ).fetchone()
        return row is not None

    def _end(self, number: int, attempt: int, outcome: Reason) -> None:
        self._writer.execute(
            "UPDATE baseten_submissions SET outcome = ?, ended_at = ? "
            "WHERE number = ? AND attempt = ? AND outcome IS NULL",
            (outcome, self._epoch(), number, attempt),
        )

    def _fail(self, number: int, reason: Reason, detail: str) -> None:
        self._writer.execute(
            "UPDATE baseten_rows SET state = 'failed', reason = ?, detail = ?, finished_at = ? "
            "WHERE number = ? AND state = 'sent'",
            (reason, detail, self._epoch(), number),
        )


def check_same(key: str, digest: bytes, have: bytes) -> None:
    """Refuse a row that differs from the ledger's row with the same key.

    Raises:
        LedgerError: It differs.
    """
    if digest != have:
        raise LedgerError(
            f"Row {key} is not what it was when this ledger began. Give the same rows in the same order, or name them "
            "with key=, or begin a new ledger."
        )
