"""Finding out how submissions ended: by their deliveries, by their statuses, and by an empty queue.

Theory of operation. Deliveries are what counts; they are taken as the receiver tells of them, and looked for now and
then in case it did not. A status is asked for beside that, ever less often, since a delivery may be lost. A submission
of unknown fate has no status: it ends by its delivery, or is given up when the queue has been empty for as long as a
delivery may take, for then no job of it is left; or else when no job could live so long. Where deliveries go elsewhere
nothing can tell its fate, so the row fails rather than run twice.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Sequence
from math import inf

import anyio
import anyio.to_thread

from .._io.wakeup import AsyncWakeup
from ..errors import APIError, AuthenticationError, NotFoundError
from ..receiver import StoredDelivery
from ..types.async_requests import AsyncRequestStatus, QueueStatus
from .admission_gate import Gate
from .limits import JobLimits
from .outcomes import LIFE_OF_A_STATUS, Delivery, describe, verdict
from .queue_client import QueueClient
from .state import Book
from .submissions import Live
from .webhook_source import Mailbox

logger = logging.getLogger("baseten_sdk.jobs")

LOOKS = (0.25, 5.0)
"""Seconds between two looks into the store: where nobody tells of deliveries, and where somebody does."""

OBSERVED = 5.0
"""Seconds between two looks at the queue, at most."""


PATIENCE = 10.0
"""Seconds to wait for the length of the queue; nothing is sent before the first answer, or that long."""

UNKNOWN = (
    "nobody knows whether it was taken; your receiver does, by baseten_tag={tag}. retry_failed=True sends it again"
)
"""What is said of a submission of unknown fate whose delivery goes elsewhere."""


class Watcher:
    """Watches the submissions of a run."""

    def __init__(self, book: Book, service: QueueClient, mailbox: Mailbox, gate: Gate, plan: JobLimits) -> None:
        self._book = book
        self._service = service
        self._mailbox = mailbox
        self._gate = gate
        self._plan = plan
        self._delivery = Delivery(mailbox.store is not None, plan.delivery_window)
        self._threads = anyio.CapacityLimiter(1)

    async def listen(self) -> None:
        """Take deliveries as they are told of."""
        if self._mailbox.subscribe is None:
            return
        told: deque[StoredDelivery] = deque()
        wakeup = AsyncWakeup()

        def note(deliveries: Sequence[StoredDelivery]) -> None:
            told.extend(deliveries)
            wakeup.set()

        unsubscribe = self._mailbox.subscribe(note)
        try:
            while True:
                wakeup = AsyncWakeup()
                if not told:
                    await wakeup.wait(inf)
                while told:
                    await self._book.deliver(told.popleft())
        finally:
            unsubscribe()

    async def look(self) -> None:
        """Look for deliveries in the store, again and again."""
        interval = LOOKS[self._mailbox.subscribe is not None]
        while self._mailbox.store is not None:
            await self._look(list(self._book.lives))
            await anyio.sleep(interval)

    async def ask(self) -> None:
        """Ask for the status of one submission after the other."""
        while True:
            due = self._book.lives.due(anyio.current_time())
            if isinstance(due, Live):
                await self._ask(due)
            else:
                await anyio.sleep(min(due or 1.0, 0.2))

    async def observe(self) -> None:
        """Look at the queue: whether it is too long for more, and whether what is of unknown fate can be in it."""
        step = min(OBSERVED, self._plan.delivery_window / 4)
        while True:
            await anyio.sleep(step)
            unknown = self._book.lives.unknown()
            if unknown or not self._book.tally.complete or self._gate.crowded:
                await self.look_at_the_queue(unknown)

    async def look_at_the_queue(self, unknown: Sequence[Live] = ()) -> None:
        """Ask once how long the queue is, and give up those of unknown fate that can be in it no more."""
        queue = await self._queue()
        empty: bool | None = None
        if queue is not None:
            empty = queue.num_queued_requests == 0 and queue.num_in_progress_requests == 0
            self._book.tally.queued = queue.num_queued_requests
        self._gate.crowd(queue is not None and queue.num_queued_requests > self._plan.max_queued)
        now = anyio.current_time()
        given_up = [live for live in unknown if self._is_over(live, empty, now)]
        await self._look(given_up)
        for live in given_up:
            if self._book.lives.get(live.number, live.attempt) is not live or not live.unknown:
                continue
            if self._delivery.here:
                await self._book.again(live, "unknown", "nobody knows whether it was taken, and no delivery came")
            else:
                await self._book.failed(live, "unknown", UNKNOWN.format(tag=live.tag))

    async def _look(self, lives: list[Live]) -> None:
        store = self._mailbox.store
        if store is None or not lives:
            return

        def find() -> list[StoredDelivery]:
            found = [
                store.tagged(live.tag) if live.request_id is None else store.get(live.request_id)
                for live in lives
                if live.failure is None
            ]
            return [each for each in found if each is not None]

        for delivery in await anyio.to_thread.run_sync(find, limiter=self._threads):
            await self._book.deliver(delivery)

    async def _ask(self, live: Live) -> None:
        request_id = live.request_id
        if request_id is None:
            return
        status: AsyncRequestStatus | None = None
        try:
            status = await self._service.status(request_id)
        except AuthenticationError:
            raise
        except NotFoundError:
            pass
        except APIError as error:
            logger.info("the status of %s cannot be had now: %s", request_id, error)
            return self._book.lives.postpone(live, anyio.current_time())
        if status is None or status.is_terminal:
            await self._look([live])
        if self._book.lives.get(live.number, live.attempt) is live:
            await self._judge(live, status)

    async def _judge(self, live: Live, status: AsyncRequestStatus | None) -> None:
        book, now = self._book, anyio.current_time()
        if live.failure is not None:
            detail = describe(live.failure.errors)
            match status.status if status is not None else "FAILED":
                case "EXPIRED":
                    return await book.again(live, "expired", detail)
                case "CANCELED":
                    return await book.failed(live, "canceled", detail)
                case _:
                    return await book.failed(live, "failed", detail)
        if status is None:
            waited = live.seconds_over(now)
            gone = waited > self._plan.delivery_window or time.time() - live.sent_at > LIFE_OF_A_STATUS
            return await book.again(live, "lost", "its status is gone") if gone else self._soon(live, now)
        waited = live.seconds_over(now) if status.is_terminal else 0.0
        match verdict(status, self._delivery, waited):
            case "wait" if status.is_terminal:
                self._soon(live, now)
            case "wait":
                self._book.lives.postpone(live, now)
            case "succeeded":
                await book.succeeded(live)
            case "failed":
                await book.failed(live, "failed", describe(status.errors))
            case "canceled":
                await book.failed(live, "canceled", describe(status.errors))
            case "expired":
                await book.again(live, "expired", describe(status.errors))
            case "lost":
                await book.again(live, "lost", f"status {status.status}, webhook {status.webhook_status}")

    def _soon(self, live: Live, now: float) -> None:
        self._book.lives.schedule(live, now + min(self._plan.delivery_window / 4, OBSERVED))

    async def _queue(self) -> QueueStatus | None:
        """How long the queue is; None where that cannot be had now."""
        try:
            with anyio.move_on_after(PATIENCE):
                return await self._service.queue()
        except AuthenticationError:
            raise
        except APIError as error:
            logger.info("the length of the queue cannot be had now: %s", error)
        return None

    def _is_over(self, live: Live, empty: bool | None, now: float) -> bool:
        """Whether no job of a submission of unknown fate can be left, or nothing will ever tell."""
        if not self._delivery.here:
            return True
        if empty is False:
            live.empty_since = None
        elif empty and live.empty_since is None:
            live.empty_since = now
        seen_empty = empty and live.empty_since is not None and now - live.empty_since >= self._plan.delivery_window
        return bool(seen_empty) or time.time() - live.sent_at > self._plan.hold
