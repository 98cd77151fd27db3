"""How submissions ended, found from their deliveries, their statuses, and an empty queue.

Theory of operation. Deliveries count. They are taken when the receiver reports them, and searched for now and then in
case it did not. Statuses are polled as well, ever less often, since a delivery may be lost. If it is not known whether
a submission was accepted, it has no status. It ends with its delivery. It is given up when the queue has been empty for
as long as a delivery may take, or when no job could live that long. Where deliveries go elsewhere, the row fails, so
that it does not run twice.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from math import inf

import anyio
import anyio.to_thread

from .._io.wakeup import AsyncWakeup
from .._runs.clock import RunClock
from ..errors import APIError, NotFoundError
from ..receiver import StoredDelivery
from ..types.async_requests import AsyncRequestStatus, QueueStatus
from .admission_gate import AdmissionGate
from .limits import JobLimits
from .outcomes import LIFE_OF_A_STATUS, Delivery, describe, ends_the_run, verdict
from .queue_client import QueueClient
from .state import RunState
from .submissions import Submission
from .webhook_source import WebhookSource

logger = logging.getLogger("baseten_sdk.jobs")

STORE_INTERVALS = (0.25, 5.0)
"""Seconds between two searches of the store: without notifications of deliveries, and with them."""

QUEUE_INTERVAL = 5.0
"""Seconds between two checks of the queue, at most."""

QUEUE_TIMEOUT = 10.0
"""Seconds to wait for the length of the queue. Nothing is sent before the first answer, or for that long."""

UNKNOWN = (
    "the reply was lost, so it may have run; look for baseten_tag={tag} in your receiver. "
    "retry_failed=True sends it again"
)
"""The detail of a row that may have been accepted, and whose delivery goes elsewhere."""


class Watcher:
    """Watches the submissions of a run."""

    def __init__(
        self,
        state: RunState,
        queue: QueueClient,
        source: WebhookSource,
        gate: AdmissionGate,
        limits: JobLimits,
        clock: RunClock,
    ) -> None:
        self._state = state
        self._queue = queue
        self._source = source
        self._gate = gate
        self._limits = limits
        self._clock = clock
        self._delivery = Delivery(source.store is not None, limits.delivery_window)
        self._threads = anyio.CapacityLimiter(1)

    async def listen(self) -> None:
        """Process deliveries as the receiver stores them."""
        if self._source.subscribe is None:
            return
        arrived: deque[StoredDelivery] = deque()
        wakeup = AsyncWakeup()

        def note(deliveries: Sequence[StoredDelivery]) -> None:
            arrived.extend(deliveries)
            wakeup.set()

        unsubscribe = self._source.subscribe(note)
        try:
            while True:
                wakeup = AsyncWakeup()
                if not arrived:
                    await wakeup.wait(inf)
                while arrived:
                    await self._state.deliver(arrived.popleft())
        finally:
            unsubscribe()

    async def scan_store(self) -> None:
        """Search the store for deliveries, again and again."""
        interval = STORE_INTERVALS[self._source.subscribe is not None]
        while self._source.store is not None:
            await self._find_deliveries(list(self._state.submissions))
            await self._clock.sleep(interval)

    async def poll(self) -> None:
        while True:
            submissions = self._state.submissions
            due = submissions.due(self._clock.now())
            if isinstance(due, Submission):
                await self._poll(due)
            else:
                await self._clock.wait(submissions.rescheduled, due)

    async def watch_queue(self) -> None:
        """Check the queue again and again: is it too long for more, and can it hold unknown submissions?"""
        step = min(QUEUE_INTERVAL, self._limits.delivery_window / 4)
        while True:
            await self._clock.sleep(step)
            unknown = self._state.submissions.unknown()
            if unknown or not self._state.counts.complete or self._gate.queue_is_long:
                await self.check_queue(unknown)

    async def check_queue(self, unknown: Sequence[Submission] = ()) -> None:
        """Check the queue once, and give up unknown submissions that can no longer be in it."""
        queue = await self._queue_status()
        empty: bool | None = None
        if queue is not None:
            empty = queue.num_queued_requests == 0 and queue.num_in_progress_requests == 0
            self._state.counts.queued = queue.num_queued_requests
        self._gate.set_queue_long(queue is not None and queue.num_queued_requests > self._limits.max_queued)
        now = self._clock.now()
        given_up = [submission for submission in unknown if self._is_over(submission, empty, now)]
        await self._find_deliveries(given_up)
        for submission in given_up:
            if self._state.submissions.get(*submission.numbers) is not submission or not submission.unknown:
                continue
            if self._delivery.here:
                detail = "the reply was lost, and no delivery came"
                await self._state.again(submission, "unknown", detail)
            else:
                await self._state.failed(submission, "unknown", UNKNOWN.format(tag=submission.tag))

    async def _find_deliveries(self, submissions: list[Submission]) -> None:
        store = self._source.store
        if store is None or not submissions:
            return

        def find() -> list[StoredDelivery]:
            found = [
                store.tagged(submission.tag) if submission.request_id is None else store.get(submission.request_id)
                for submission in submissions
                if submission.failure is None
            ]
            return [each for each in found if each is not None]

        for delivery in await anyio.to_thread.run_sync(find, limiter=self._threads):
            await self._state.deliver(delivery)

    async def _poll(self, submission: Submission) -> None:
        request_id = submission.request_id
        if request_id is None:
            return
        status: AsyncRequestStatus | None = None
        try:
            status = await self._queue.status(request_id)
        except NotFoundError:
            pass
        except APIError as error:
            if ends_the_run(error):
                raise
            logger.info("the status of %s cannot be had now: %s", request_id, error)
            return self._state.submissions.postpone(submission, self._clock.now())
        if status is None or status.is_terminal:
            await self._find_deliveries([submission])
        if self._state.submissions.get(*submission.numbers) is submission:
            await self._judge(submission, status)

    async def _judge(self, submission: Submission, status: AsyncRequestStatus | None) -> None:
        state, now = self._state, self._clock.now()
        if submission.failure is not None:
            detail = describe(submission.failure.errors)
            match status.status if status is not None else "FAILED":
                case "EXPIRED":
                    return await state.again(submission, "expired", detail)
                case "CANCELED":
                    return await state.failed(submission, "canceled", detail)
                case _:
                    return await state.failed(submission, "failed", detail)
        if status is None:
            waited = submission.seconds_over(now)
            gone = waited > self._limits.delivery_window or now - submission.sent_at > LIFE_OF_A_STATUS
            return await state.again(submission, "lost", "its status is gone") if gone else self._soon(submission, now)
        waited = submission.seconds_over(now) if status.is_terminal else 0.0
        match verdict(status, self._delivery, waited):
            case "wait" if status.is_terminal:
                self._soon(submission, now)
            case "wait":
                self._state.submissions.postpone(submission, now)
            case "succeeded":
                await state.succeeded(submission)
            case "failed":
                await state.failed(submission, "failed", describe(status.errors))
            case "canceled":
                await state.failed(submission, "canceled", describe(status.errors))
            case "expired":
                await state.again(submission, "expired", describe(status.errors))
            case "lost":
                await state.again(submission, "lost", f"status {status.status}, webhook {status.webhook_status}")

    def _soon(self, submission: Submission, now: float) -> None:
        self._state.submissions.schedule(submission, now + min(self._limits.delivery_window / 4, QUEUE_INTERVAL))

    async def _queue_status(self) -> QueueStatus | None:
        """Get the length of the queue; None if the service does not answer now."""
        try:
            with anyio.move_on_after(QUEUE_TIMEOUT):
                return await self._queue.depth()
        except APIError as error:
            if ends_the_run(error):
                raise
            logger.info("could not read the length of the queue: %s", error)
        return None

    def _is_over(self, submission: Submission, empty: bool | None, now: float) -> bool:
        """Whether an unknown submission cannot have a job any more, or its fate will never be known."""
        if not self._delivery.here:
            return True
        if empty is False:
            submission.empty_since = None
        elif empty and submission.empty_since is None:
            submission.empty_since = now
        empty_since, window = submission.empty_since, self._limits.delivery_window
        seen_empty = bool(empty) and empty_since is not None and now - empty_since >= window
        return seen_empty or now - submission.sent_at > self._limits.hold
