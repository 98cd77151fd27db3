"""Waiting for the output of one async request: the delivery is waited for, the status is watched beside it.

Theory of operation. The wait ends at once when the delivery is stored. Between two questions, and while a question
waits for its turn among all those of the client, the delivery may come; only a question on its way is waited for. A
question that fails is no answer: the delivery may come all the same, so the next one is asked in its time.
"""

from __future__ import annotations

from math import inf

from ..._core.queue.delivery import Envelope
from ..._core.queue.polling import QUESTION, intervals, is_passing
from ..._core.queue.verdict import FIRST, Expecting, bad_end, failure_status
from ..._core.request.options import Options
from ..._io.wakeup import AsyncWakeup
from ...config import CallOptions, WaitOptions
from ...errors import APIError, AsyncRequestError, DeadlineExceeded, NotFoundError
from ...types.async_requests import AsyncRequestStatus
from ..calls.service import AsyncService
from .inbox import AsyncInbox
from .status import ask_status

GONE = (
    "Nothing was delivered to this inbox. Statuses are kept for an hour after the end: if the request is older than "
    "that, its output is gone, and it has to be submitted again."
)

LATE = (
    "Call result() again with a larger deadline=: what the inbox receives meanwhile is there at once. job.wait() waits "
    "for the end alone."
)


class AsyncResultWait:
    """Waits for one output.

    Args:
        service: whose calls ask for the status.
        url: where the status is.
        request_id: the id of the request.
        inbox: where its delivery will come in.
        deadline: seconds to wait in all.
        options: the options of every question.
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
        self._expecting = Expecting()
        self._seen = "of unknown status"

    async def body(self) -> bytes:
        """The body of the delivery.

        Raises:
            AsyncRequestError: it will not come.
            NotFoundError: the service does not know the request, and nothing was delivered.
            DeadlineExceeded: it had not come in time.
        """
        with self._inbox.expecting(self._request_id) as wakeup:
            body = await self._inbox.look(self._request_id)
            for interval in intervals(FIRST):
                if body is not None:
                    break
                body = await self._round(interval, wakeup)
        assert body is not None
        return body

    async def failure(self, envelope: Envelope) -> AsyncRequestError:
        """What a delivery of errors means. It does not say how the request ended; the status does, while it is kept."""
        try:
            status = await self._ask(await self._service.paced(self._asking()))
        except APIError:
            status = failure_status(envelope)
        return bad_end(status if status.is_terminal and not status.succeeded else failure_status(envelope))

    async def _round(self, interval: float, wakeup: AsyncWakeup) -> bytes | None:
        """Wait, and ask once: the body, if it came."""
        now = self._clock.now()
        body = await self._delivered(self._expecting.wait(interval, now), wakeup)
        if body is None:
            if (error := self._expecting.given_up(self._clock.now())) is not None:
                raise error
            body = await self._delivered(self._service.pacing.reserve(self._clock.now()), wakeup)
        if body is not None:
            return body
        if self._clock.now() >= self._end:
            raise self._too_late()
        return await self._question()

    async def _delivered(self, seconds: float, wakeup: AsyncWakeup) -> bytes | None:
        seconds = min(seconds, self._end - self._clock.now())
        return await self._inbox.arrives(self._request_id, wakeup, seconds, self._clock)

    async def _question(self) -> bytes | None:
        try:
            status = await self._ask(self._asking())
        except NotFoundError as error:
            body = await self._inbox.look(self._request_id)
            if body is None:
                error.add_note(GONE)
                raise
            return body
        except APIError as error:
            if not is_passing(error):
                raise
            return None
        self._seen = status.status
        self._expecting.seen(status, self._clock.now())
        return None

    def _asking(self) -> Options:
        """What holds for one question."""
        left = max(self._end - self._clock.now(), 0.001)
        given: CallOptions = {**self._options, "deadline": min(left, QUESTION)}
        return self._service.options.merged(given)

    async def _ask(self, options: Options) -> AsyncRequestStatus:
        return await ask_status(self._service, self._url, options)

    def _too_late(self) -> DeadlineExceeded:
        limit = self._deadline or 0.0
        return DeadlineExceeded(
            f"The output of async request {self._request_id} had not come after {limit:g} s; the request was "
            f"{self._seen} and goes on.",
            phase="idle",
            limit=limit,
            request_id=self._request_id,
            advice=LATE,
        )
