"""The run of a ledger: rows in, submissions out, until every row has succeeded or failed.

It owns the tasks and their end. `sender` and `watcher` say what they do, and `state` records it.
"""

from __future__ import annotations

import anyio
from anyio.abc import TaskGroup

from .._runs.clock import RunClock
from .._runs.display import Display
from .._runs.feed import Feed, Supply
from .._runs.first_error import first_error
from ..types.batch import Failed
from .admission_gate import AdmissionGate
from .ledger import Ledger
from .limits import JobLimits
from .progress import JobsProgress
from .queue_client import QueueClient
from .rows import LOOKAHEAD, NewRow
from .sender import Sender
from .state import RunState
from .watcher import Watcher
from .webhook_source import WebhookSource

POLLERS = 2
"""Tasks that poll statuses. There are several, so that one slow reply does not hold up the rest."""


class LedgerRun:
    """One run.

    Args:
        supply: The new rows. None: finish only what the ledger holds.
        queue: Takes the submissions.
        source: Receives their outputs.
        display: Shows the progress.
        clock: Tells the time and waits.
    """

    def __init__(
        self,
        ledger: Ledger,
        supply: Supply[object] | None,
        queue: QueueClient,
        source: WebhookSource,
        limits: JobLimits,
        display: Display[JobsProgress],
        clock: RunClock,
    ) -> None:
        gate = AdmissionGate(clock)
        self._clock = clock
        self._limits = limits
        self._display = display
        self._feed = None if supply is None else Feed(supply, lookahead=LOOKAHEAD)
        self._state = RunState(ledger, limits, clock)
        self._sender = Sender(self._state, queue, source, gate, limits.concurrency, clock)
        self._watcher = Watcher(self._state, queue, source, gate, limits, clock)

    async def run(self) -> None:
        """Run until every row has succeeded or failed. If it ends early, the next run continues from the ledger.

        If reading the rows raises, the earlier rows are finished first, because their outputs are on their way.
        """
        try:
            with first_error():
                async with anyio.create_task_group() as tasks:
                    await self._start(tasks)
                    await self._until_over()
                    tasks.cancel_scope.cancel()
        finally:
            self._display.show(self._state.progress())
        if self._feed is not None and self._feed.failure is not None:
            raise self._feed.failure

    async def _start(self, tasks: TaskGroup) -> None:
        state, sender, watcher = self._state, self._sender, self._watcher
        last = await state.resume()
        await watcher.check_queue()
        state.resend = lambda number: tasks.start_soon(sender.send_again, number)
        tasks.start_soon(self._show)
        tasks.start_soon(sender.watch_for_the_end)
        for task in (watcher.listen, watcher.scan_store, watcher.watch_queue, *[watcher.poll] * POLLERS):
            tasks.start_soon(task)
        tasks.start_soon(self._send_rows, tasks, last)

    async def _send_rows(self, tasks: TaskGroup, last: int) -> None:
        """Send the rows that wait in the ledger, then the new ones."""
        state, sender = self._state, self._sender
        number = 0
        while page := await state.waiting(number, last):
            for number in page:
                await self._room()
                state.open += 1
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
                state.open += 1
                tasks.start_soon(sender.send, item.value)
        state.complete()

    async def _room(self) -> None:
        while self._state.open >= self._limits.outstanding:
            await self._state.changed.wait()

    async def _until_over(self) -> None:
        while not (self._state.counts.complete and self._state.open == 0):
            await self._state.changed.wait()

    async def _show(self) -> None:
        while True:
            self._display.show(self._state.progress())
            await self._clock.sleep(self._display.every)
