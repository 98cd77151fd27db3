"""The handle that `async_predict` returns: status, cancellation, waiting, the output."""

from __future__ import annotations

from functools import partial
from math import inf
from typing import TYPE_CHECKING, TypeVar, Unpack, overload

from ..._core.queue.polling import POLL_INTERVALS, STATUS_CALL_SECONDS, Ending
from ..._core.reply.validate import check_kind, read_model
from ..._core.request.accept import ACCEPT_JSON
from ..._core.request.request import build
from ..._core.request.service_urls import DeploymentURLs
from ..._repr import safe_repr
from ...config import DEPLOYMENT_FIRST_BYTE, CallOptions, WaitOptions, check_seconds
from ...errors import APIError, DeadlineExceeded
from ...types.async_requests import AsyncRequestStatus, CancelResult
from ...types.json import JsonValue
from ...types.reply import attach_meta
from ..calls.service import AsyncService
from .status import get_status

if TYPE_CHECKING:
    from .inbox import AsyncInbox

T = TypeVar("T")


class AsyncJob:
    """An async request that was submitted.

    Attributes:
        request_id: Its ID.
        model_id: The model that it was sent to; None for a chain.
        chain_id: The chain that it was sent to; None for a model.
    """

    def __init__(self, service: AsyncService, urls: DeploymentURLs, request_id: str) -> None:
        self._service = service
        self._url = urls.async_request(request_id)
        self.request_id = request_id
        self.model_id = urls.model_id
        self.chain_id = urls.chain_id
        self._kind, self._owner = urls.kind, urls.owner

    @safe_repr
    def __repr__(self) -> str:
        return f"{type(self).__name__}(request_id={self.request_id!r}, {self._kind}_id={self._owner!r})"

    async def status(self, **options: Unpack[CallOptions]) -> AsyncRequestStatus:
        """Get the current status. It never holds the output.

        Raises:
            NotFoundError: The request ended more than an hour ago.
        """
        merged = await self._service.paced(self._service.options.merged(options))
        return await get_status(self._service, self._url, merged)

    async def status_within(self, seconds: float, options: WaitOptions) -> AsyncRequestStatus:
        """Get the status as one of many that are polled. Waiting for a turn may take all of `seconds`; the call itself
        is bounded more tightly, so that one slow reply does not hold up the others."""
        given: CallOptions = {**options, "deadline": seconds if seconds < inf else None}
        merged = await self._service.paced(self._service.options.merged(given))
        return await get_status(self._service, self._url, merged.within(STATUS_CALL_SECONDS))

    async def cancel(self, **options: Unpack[CallOptions]) -> CancelResult:
        """Cancel the request if it is still queued. `canceled` of the result says whether it was."""
        merged = self._service.options.merged(options)
        request = build("DELETE", self._url, merged, accept=ACCEPT_JSON, first_byte=DEPLOYMENT_FIRST_BYTE)
        merged = await self._service.paced(merged)
        result, meta = await self._service.caller.fetch(request, merged, partial(read_model, CancelResult))
        return attach_meta(result, meta)

    async def wait(self, *, deadline: float | None = None, **options: Unpack[WaitOptions]) -> AsyncRequestStatus:
        """Wait until the request has ended, well or badly. Returns its last status.

        The output goes to the webhook only; Baseten does not store it. After success, this also waits for the delivery
        to the webhook, for a minute at most. Call `raise_for_status()` on the result to raise an error for a bad end.
        Status calls that fail for a transient reason (429, 5xx, no connection) are repeated.

        Args:
            deadline: Seconds to wait in all. None waits forever.
            **options: The options of every status call.

        Raises:
            DeadlineExceeded: The request had not ended in time. It continues.
        """
        deadline = check_seconds("deadline", deadline)
        clock = self._service.caller.clock
        end = inf if deadline is None else clock.now() + deadline
        ending = Ending()
        seen, trouble = "had not ended", None
        for interval in POLL_INTERVALS.waits():
            left = end - clock.now()
            if left <= 0:
                break
            given: CallOptions = {**options, "deadline": left if left < inf else None}
            try:
                status = await self.status(**given)
            except DeadlineExceeded:
                break
            except APIError as error:
                if not error.transient:
                    raise
                trouble = error
            else:
                seen, trouble = f"was still {status.status}", None
                if ending.reached(status, clock.now()):
                    return status
            if clock.now() + interval >= end:
                break
            await clock.sleep(interval)
        limit = deadline or 0.0
        raise DeadlineExceeded(
            f"Async request {self.request_id} {seen} after {limit:g} s. It continues.",
            phase="idle",
            limit=limit,
            request_id=self.request_id,
            advice="Call wait() again with a larger deadline=, or use a webhook.",
        ) from trouble

    @overload
    async def result(
        self,
        inbox: AsyncInbox,
        *,
        response_model: type[T],
        deadline: float | None = None,
        **options: Unpack[WaitOptions],
    ) -> T: ...

    @overload
    async def result(
        self,
        inbox: AsyncInbox,
        *,
        response_model: None = None,
        deadline: float | None = None,
        **options: Unpack[WaitOptions],
    ) -> JsonValue: ...

    async def result(
        self,
        inbox: AsyncInbox,
        *,
        response_model: type[T] | None = None,
        deadline: float | None = None,
        **options: Unpack[WaitOptions],
    ) -> T | JsonValue:
        """Wait for the output to arrive in the inbox.

        The status is polled meanwhile, so the wait ends when the request fails, or when its output is lost or goes
        elsewhere. You may call this again, even much later: an output that is in the inbox is returned at once.

        Example:
            async with client.webhooks.listen(url="https://example.com", secrets=[secret]) as inbox:
                job = await deployment.async_predict({"url": "..."}, webhook_endpoint=inbox.url)
                transcript = await job.result(inbox, response_model=Transcript, deadline=3600)

        Args:
            inbox: Where the webhook of this request arrives.
            response_model: The type of the output: anything that pydantic can validate.
            deadline: Seconds to wait in all. None waits as long as the request lives.
            **options: The options of every status call.

        Raises:
            AsyncRequestFailed: The model failed on every attempt.
            AsyncRequestExpired: The request waited too long in the queue.
            AsyncRequestCanceled: The request was canceled.
            DeliveredElsewhere: The output was delivered, but not to this inbox.
            WebhookDeliveryFailed: The output could not be delivered and is gone. Submit the request again.
            DeadlineExceeded: The output had not arrived in time. The request continues.
            ResponseValidationError: The output is not a `response_model`. `inbox.get` returns it unchanged.
            NotFoundError: The service does not know the request, or no longer, and the inbox has nothing.
        """
        from ..._core.queue.delivery import read_stored, typed_output
        from .result import AsyncResultWait

        deadline = check_seconds("deadline", deadline)
        check_kind(response_model)
        wait = AsyncResultWait(self._service, self._url, self.request_id, inbox, deadline, options)
        body = await wait.body()
        envelope = read_stored(body)
        if envelope.errors:
            raise await wait.failure(envelope)
        return envelope.data if response_model is None else typed_output(envelope, response_model, body)
