"""Sending rows: intent, request, id, in this order, each on the disk before the next.

Theory of operation. Once a submission is on its way it is not given up with the task that makes it: its reply is waited
for, for some seconds even when the run is cancelled, since a reply that nobody reads is a job of unknown fate.
"""

from __future__ import annotations

import time
from math import inf

import anyio
import anyio.lowlevel

from ..errors import BasetenError
from .admission_gate import Gate
from .ledger import Begun
from .outcomes import fate
from .queue_client import QueueClient
from .rows import NewRow
from .state import Book
from .submissions import Live
from .webhook_source import Mailbox

PARTING = 10.0
"""Seconds that submissions on their way have to get their replies when the run is cancelled."""


class Sender:
    """Makes the submissions of a run."""

    def __init__(self, book: Book, service: QueueClient, mailbox: Mailbox, gate: Gate, concurrency: int) -> None:
        self.slots = anyio.Semaphore(concurrency)
        self._book = book
        self._service = service
        self._mailbox = mailbox
        self._gate = gate
        self._under_way: set[anyio.CancelScope] = set()
        self._parting = False

    async def send(self, row: NewRow) -> None:
        """Send a new row, for which the caller has taken a slot."""
        try:
            if row.input is None:
                await self._book.refuse(row, row.problem or "it has no JSON form")
            else:
                await self._send(row)
        finally:
            self.slots.release()

    async def send_again(self, number: int) -> None:
        """Send a row that the ledger has."""
        async with self.slots:
            await self._send(number)

    async def watch_for_the_end(self) -> None:
        """When the run is cancelled, let what is under way have a little longer."""
        try:
            await anyio.sleep_forever()
        finally:
            self._parting = True
            for scope in self._under_way:
                scope.deadline = anyio.current_time() + PARTING

    async def _send(self, row: NewRow | int) -> None:
        while True:
            await self._gate.passed()
            made, row = await self._submit(row)
            if made:
                return

    async def _submit(self, row: NewRow | int) -> tuple[bool, NewRow | int]:
        """Make one submission: whether it was made, or never can be; and the row, by its number."""
        live: Live | None = None
        parting = anyio.current_time() + PARTING if self._parting else inf
        with anyio.CancelScope(shield=True, deadline=parting) as scope:
            self._under_way.add(scope)
            try:
                begun = await self._book.begin(row)
                if begun is None:
                    return True, row
                live = Live(begun.number, begun.attempt, begun.tag, time.time())
                self._book.lives.add(live)
                return await self._answered(live, begun), begun.number
            finally:
                self._under_way.discard(scope)
        if live is not None:
            live.unknown = True  # the run was cancelled, and no reply came in time
        await anyio.lowlevel.checkpoint()
        return True, row

    async def _answered(self, live: Live, begun: Begun) -> bool:
        book = self._book
        try:
            request_id = await self._service.submit(begun.input, self._mailbox.tagged_url(live.tag), live.tag)
        except BasetenError as error:
            failure = error
        else:
            self._gate.taken()
            await book.accepted(live, request_id)
            return True
        match fate(failure):
            case "not taken":
                await book.not_taken(live)
                self._gate.refused(failure)
                return False
            case "refused":
                await book.failed(live, "refused", str(failure))
            case "unknown":
                live.unknown = True
            case "stop":
                await book.not_taken(live)
                raise failure
        return True
