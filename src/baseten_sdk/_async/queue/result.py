"""Waiting for the output of one async request, while its status is polled on the side.

Theory of operation. The wait ends as soon as the delivery is stored: between two status calls, or while a status call
waits for its turn. Only a status call that was sent is waited for. A status call that fails proves nothing, since the
delivery may still come, so the next one follows in its time.
"""

from __future__ import annotations

from math import inf

from ..._core.queue.delivery import Envelope
from ..._core.queue.polling import POLL_INTERVALS, STATUS_CALL_SECONDS
from ..._core.queue.verdict import PendingDelivery, bad_end, failure_status
from ..._core.request.options import Options
from ..._io.wakeup import AsyncWakeup
from ...config import CallOptions, WaitOptions
from ...errors import APIError, AsyncRequestError, DeadlineExceeded, NotFoundError
from ...types.async_requests import AsyncRequestStatus
from ..calls.service import AsyncService
from .inbox import AsyncInbox
from .status import get_status

FIRST_POLL = 1.0
"""Seconds before the first status call: usually the delivery comes by itself."""

GONE = (
    "Nothing was delivered to this inbox. Statuses are kept for one hour after the end. If the request is older, its "
    "output is gone: submit it again."
)

LATE = (
    "Call result() again with a larger deadline=; it returns at once what the inbox has received by then. job.wait() "
    "waits for the end without the output."
)


class AsyncResultWait:
    """Waits for one output.

    Args:
        service: Makes the status calls.
        url: The URL of the status.
        inbox: Where the delivery will arrive.
        deadline: Seconds to wait in all.
        options: The options of every status call.
    """

    def __init__(
        self,
        service: AsyncService,
        url: str,
        request_id: str,
        inbox: AsyncInbox,
        deadline: float | None,
        options: WaitOptions,
    ) -> None:
        self._service = service
        self._clock = service.caller.clock
        self._url = url
        self._request_id = request_id
        self._inbox = inbox
        self._deadline = deadline
        self._end = inf if deadline is None else self._clock.now() + deadline
        self._options = options
        self._pending = PendingDelivery()
        self._seen = "of unknown status"

    async def body(self) -> bytes:
        """Wait for the body of the delivery.

        Raises:
            AsyncRequestError: It will not come.
            NotFoundError: The service does not know the request, and nothing was delivered.
            DeadlineExceeded: It did not arrive in time.
        """
        with self._inbox.waiting_for(self._request_id) as wakeup:
            body = await self._inbox.look(self._request_id)
            for interval in POLL_INTERVALS._replace(first=FIRST_POLL).waits():
                if body is not None:
                    break
                body = await self._round(interval, wakeup)
        assert body is not None
        return body

    async def failure(self, envelope: Envelope) -> AsyncRequestError:
        """Return the error of a delivery of errors. Only the status says how the request ended, and only as long
        as Baseten keeps it."""
        try:
            status = await self._status(await self._service.paced(self._call_options()))
        except APIError:
            status = failure_status(envelope)
        return bad_end(status if status.is_terminal and not status.succeeded else failure_status(envelope))

    async def _round(self, interval: float, wakeup: AsyncWakeup) -> bytes | None:
        """Wait, then make one status call. Returns the body if it came."""
        now = self._clock.now()
        body = await self._delivered(self._pending.wait(interval, now), wakeup)
        if body is None:
            if (error := self._pending.given_up(self._clock.now())) is not None:
                raise error
            body = await self._delivered(self._service.pacing.reserve(self._clock.now()), wakeup)
        if body is not None:
            return body
        if self._clock.now() >= self._end:
            raise self._too_late()
        return await self._poll()

    async def _delivered(self, seconds: float, wakeup: AsyncWakeup) -> bytes | None:
        seconds = min(seconds, self._end - self._clock.now())
        return await self._inbox.arrives(self._request_id, wakeup, seconds, self._clock)

    async def _poll(self) -> bytes | None:
        try:
            status = await self._status(self._call_options())
        except NotFoundError as error:
            body = await self._inbox.look(self._request_id)
            if body is None:
                error.add_note(GONE)
                raise
            return body
        except APIError as error:
            if not error.transient:
                raise
            return None
        self._seen = status.status
        self._pending.seen(status, self._clock.now())
        return None

    def _call_options(self) -> Options:
        """Return the options of one status call."""
        left = max(self._end - self._clock.now(), 0.001)
        given: CallOptions = {**self._options, "deadline": min(left, STATUS_CALL_SECONDS)}
        return self._service.options.merged(given)

    async def _status(self, options: Options) -> AsyncRequestStatus:
        return await get_status(self._service, self._url, options)

    def _too_late(self) -> DeadlineExceeded:
        limit = self._deadline or 0.0
        return DeadlineExceeded(
            f"The output of async request {self._request_id} had not arrived after {limit:g} s. The request was "
            f"{self._seen} and continues.",
            phase="idle",
            limit=limit,
            request_id=self._request_id,
            advice=LATE,
        )
