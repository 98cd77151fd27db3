"""The run of a ledger: rows in, submissions out, until every row is over.

It owns the tasks and their end. What they do is in `sending` and `watching`, and what becomes of it in `book`.
"""

from __future__ import annotations

import anyio
from anyio.abc import TaskGroup

from .._runs.display import Display
from .._runs.feed import Feed, Supply
from .._runs.first_error import first_error
from ..types.batch import Failed
from .admission_gate import Gate
from .ledger import Ledger
from .limits import JobLimits
from .progress import JobsProgress
from .queue_client import QueueClient
from .rows import LOOKAHEAD, NewRow
from .sender import Sender
from .state import Book
from .watcher import Watcher
from .webhook_source import Mailbox

ASKERS = 2
"""Tasks that ask for statuses, so that one slow reply does not hold up the rest."""


class LedgerRun:
    """One run.

    Args:
        ledger: the ledger.
        supply: the rows that it does not know yet; None where there are no more than it has.
        service: where they are sent.
        mailbox: where their outputs come in.
        plan: the limits.
        display: is shown how far the run is.
    """

    def __init__(
        self,
        ledger: Ledger,
        supply: Supply[object] | None,
        service: QueueClient,
        mailbox: Mailbox,
        plan: JobLimits,
        display: Display[JobsProgress],
    ) -> None:
        gate = Gate()
        self._plan = plan
        self._display = display
        self._feed = None if supply is None else Feed(supply, lookahead=LOOKAHEAD)
        self._book = Book(ledger, plan)
        self._sender = Sender(self._book, service, mailbox, gate, plan.concurrency)
        self._watcher = Watcher(self._book, service, mailbox, gate, plan)

    async def run(self) -> None:
        """Run until every row is over. What ends it early leaves a ledger from which it can go on.

        Where the rows end in an error, those before it are brought to their ends first: their outputs are under way.
        """
        try:
            with first_error():
                async with anyio.create_task_group() as tasks:
                    await self._start(tasks)
                    await self._until_over()
                    tasks.cancel_scope.cancel()
        finally:
            self._display.show(self._book.progress())
        if self._feed is not None and self._feed.failure is not None:
            raise self._feed.failure

    async def _start(self, tasks: TaskGroup) -> None:
        book, sender, watcher = self._book, self._sender, self._watcher
        last = await book.resume()
        await watcher.look_at_the_queue()
        book.resend = lambda number: tasks.start_soon(sender.send_again, number)
        tasks.start_soon(self._show)
        tasks.start_soon(sender.watch_for_the_end)
        for task in (watcher.listen, watcher.look, watcher.observe, *[watcher.ask] * ASKERS):
            tasks.start_soon(task)
        tasks.start_soon(self._read, tasks, last)

    async def _read(self, tasks: TaskGroup, last: int) -> None:
        """Send what waits in the ledger, then what is new."""
        book, sender = self._book, self._sender
        number = 0
        while page := await book.waiting(number, last):
            for number in page:
                await self._room()
                book.open += 1
                tasks.start_soon(sender.send_again, number)
        if self._feed is not None:
            tasks.start_soon(self._feed.run)
            while True:
                await self._room()
                await sender.slots.acquire()
                item = await self._feed.next()
                if item is None:
                    sender.slots.release()
                    break
                assert not isinstance(item, Failed)
                assert isinstance(item.value, NewRow)
                book.open += 1
                tasks.start_soon(sender.send, item.value)
        book.complete()

    async def _room(self) -> None:
        while self._book.open >= self._plan.outstanding:
            await self._book.changed.wait()

    async def _until_over(self) -> None:
        while not (self._book.tally.complete and self._book.open == 0):
            await self._book.changed.wait()

    async def _show(self) -> None:
        while True:
            self._display.show(self._book.progress())
            await anyio.sleep(self._display.every)
