"""Sends rows: intent, request, ID, in this order, each on disk before the next.

Theory of operation. When the run is canceled, a submission on its way is not dropped. The run waits a few more seconds
for the reply, because without it one cannot know whether the job was accepted.
"""

from __future__ import annotations

from math import inf

import anyio
import anyio.lowlevel

from .._runs.clock import RunClock
from ..errors import BasetenError
from .admission_gate import AdmissionGate
from .ledger import Intent
from .outcomes import fate
from .queue_client import QueueClient
from .rows import NewRow
from .state import RunState
from .submissions import Submission
from .webhook_source import WebhookSource

GRACE = 10.0
"""Seconds that a canceled run waits for the replies to submissions on their way."""


class Sender:
    """Makes the submissions of a run."""

    def __init__(
        self,
        state: RunState,
        queue: QueueClient,
        source: WebhookSource,
        gate: AdmissionGate,
        concurrency: int,
        clock: RunClock,
    ) -> None:
        self.slots = anyio.Semaphore(concurrency)
        self._state = state
        self._queue = queue
        self._source = source
        self._gate = gate
        self._clock = clock
        self._in_flight: set[anyio.CancelScope] = set()
        self._ending = False

    async def send(self, row: NewRow) -> None:
        """Send a new row. The caller has acquired the slot; it is released here."""
        try:
            if row.input is None:
                await self._state.refuse(row, row.problem or "it has no JSON form")
            else:
                await self._send(row)
        finally:
            self.slots.release()

    async def send_again(self, number: int) -> None:
        async with self.slots:
            await self._send(number)

    async def watch_for_the_end(self) -> None:
        """When the run is canceled, give submissions on their way a little longer."""
        try:
            await anyio.sleep_forever()
        finally:
            self._ending = True
            for scope in self._in_flight:
                scope.deadline = anyio.current_time() + GRACE

    async def _send(self, row: NewRow | int) -> None:
        while True:
            await self._gate.admit()
            wait, row = await self._submit(row)
            if wait is None:
                return
            await self._clock.sleep(wait)

    async def _submit(self, row: NewRow | int) -> tuple[float | None, NewRow | int]:
        """Try one submission.

        Return the seconds after which to try again, or None if it is settled, and the row, by its number once it has
        one.
        """
        submission: Submission | None = None
        deadline = anyio.current_time() + GRACE if self._ending else inf
        with anyio.CancelScope(shield=True, deadline=deadline) as scope:
            self._in_flight.add(scope)
            try:
                intent = await self._state.begin(row)
                if intent is None:
                    return None, row
                submission = Submission(intent.number, intent.attempt, intent.tag, self._clock.now())
                self._state.submissions.add(submission)
                return await self._answered(submission, intent), intent.number
            finally:
                self._in_flight.discard(scope)
        if submission is not None:
            submission.unknown = True  # The run was canceled, and no reply came in time.
        await anyio.lowlevel.checkpoint()
        return None, row

    async def _answered(self, submission: Submission, intent: Intent) -> float | None:
        state = self._state
        try:
            url = self._source.tagged_url(submission.tag)
            request_id = await self._queue.submit(intent.input, url, submission.tag)
        except BasetenError as error:
            failure = error
        else:
            self._gate.accepted(submission.sent_at)
            await state.accepted(submission, request_id)
            return None
        match fate(failure):
            case "not taken":
                await state.not_taken(submission)
                return self._gate.refused(failure, submission.sent_at)
            case "refused":
                await state.failed(submission, "refused", str(failure))
            case "unknown":
                submission.unknown = True
            case "stop":
                await state.not_taken(submission)
                raise failure
        return None
