"""The handle that `async_predict` returns: status, cancellation, waiting, the output."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, TypeVar, Unpack, overload

from ..._core.queue.polling import QUESTION, Ending, intervals, is_passing
from ..._core.reply.response import WholeResponse
from ..._core.reply.validate import check_kind, read_model
from ..._core.request.accept import ACCEPT_JSON
from ..._core.request.request import build
from ..._core.request.routing import DeploymentURLs
from ...config import DEPLOYMENT_FIRST_BYTE, CallOptions, WaitOptions, check_seconds
from ...errors import APIError, DeadlineExceeded
from ...types.async_requests import AsyncRequestStatus, CancelResult
from ...types.json import JsonValue
from ...types.reply import attach_meta
from ..calls.service import AsyncService
from .status import ask_status

if TYPE_CHECKING:
    from .inbox import AsyncInbox

T = TypeVar("T")


class AsyncJob:
    """An async request that was submitted.

    Attributes:
        request_id: its id.
        model_id: the model that it was sent to; None for a chain.
        chain_id: the chain that it was sent to; None for a model.
    """

    def __init__(self, service: AsyncService, place: DeploymentURLs, request_id: str) -> None:
        self._service = service
        self._place = place
        self._url = place.async_request(request_id)
        self.request_id = request_id
        self.model_id = place.model_id
        self.chain_id = place.chain_id
        self._kind, self._owner = place.kind, place.owner

    def __repr__(self) -> str:
        return f"{type(self).__name__}(request_id={self.request_id!r}, {self._kind}_id={self._owner!r})"

    async def status(self, **options: Unpack[CallOptions]) -> AsyncRequestStatus:
        """The status now; it never holds the output.

        Raises:
            NotFoundError: the request ended more than an hour ago.
        """
        merged = await self._service.paced(self._service.options.merged(options))
        return await ask_status(self._service, self._url, merged)

    async def question(self, left: float, options: WaitOptions) -> AsyncRequestStatus:
        """The status, asked while something is waited for: the turn may take all that is left, the call itself not."""
        given: CallOptions = {**options, "deadline": left if left < inf else None}
        merged = await self._service.paced(self._service.options.merged(given))
        return await ask_status(self._service, self._url, merged.within(QUESTION))

    async def cancel(self, **options: Unpack[CallOptions]) -> CancelResult:
        """Cancel the request if it is still queued; `canceled` of the result says whether it was."""
        merged = self._service.options.merged(options)
        request = build("DELETE", self._url, merged, accept=ACCEPT_JSON, first_byte=DEPLOYMENT_FIRST_BYTE)
        merged = await self._service.paced(merged)
        result, meta = await self._service.caller.fetch(request, merged, _cancel)
        return attach_meta(result, meta)

    async def wait(self, *, deadline: float | None = None, **options: Unpack[WaitOptions]) -> AsyncRequestStatus:
        """Wait for the end of the request: its terminal status, whichever it is.

        The output does not come back this way, or any other way but the webhook: Baseten does not store it. After
        success the delivery to the webhook is waited for too, for a minute at most. `raise_for_status()` on the result
        raises what a bad end means. While the service cannot be asked (429, 5xx, no connection) it is asked again.

        Args:
            deadline: seconds to wait in all; None waits for ever.
            **options: the options of every call, for each question.

        Raises:
            DeadlineExceeded: the request had not ended in time; it goes on.
        """
        check_seconds("deadline", deadline)
        clock = self._service.caller.clock
        end = inf if deadline is None else clock.now() + deadline
        ending = Ending()
        seen, trouble = "had not ended", None
        for interval in intervals():
            left = end - clock.now()
            if left <= 0:
                break
            asked: CallOptions = {**options, "deadline": left if left < inf else None}
            try:
                status = await self.status(**asked)
            except DeadlineExceeded:
                break
            except APIError as error:
                if not is_passing(error):
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
            f"Async request {self.request_id} {seen} after {limit:g} s; it goes on.",
            phase="idle",
            limit=limit,
            request_id=self.request_id,
            advice="Call wait() again with a larger deadline=, or let a webhook tell.",
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
        """Wait for the output, which comes to the inbox.

        The status is watched beside it, so that a request which fails, or whose output goes elsewhere or is lost, does
        not keep you waiting. May be called again, and long after: what is in the inbox is returned at once.

        Example:
            async with client.webhooks.listen(url="https://example.com", secrets=[secret]) as inbox:
                job = await deployment.async_predict({"url": "..."}, webhook_endpoint=inbox.url)
                transcript = await job.result(inbox, response_model=Transcript, deadline=3600)

        Args:
            inbox: where the webhook of this request is received.
            response_model: the type of the output, anything that pydantic can validate.
            deadline: seconds to wait in all; None waits as long as the request lives.
            **options: the options of every call, for each question after the status.

        Raises:
            AsyncRequestFailed: the model failed on every attempt.
            AsyncRequestExpired: it waited too long in the queue.
            AsyncRequestCanceled: it was cancelled.
            DeliveredElsewhere: the output was delivered, but not to this inbox.
            WebhookDeliveryFailed: the output could not be delivered and is gone; submit again.
            DeadlineExceeded: the output had not come in time; the request goes on.
            ResponseValidationError: the output is not an `response_model`; `inbox.get` has it as it came.
            NotFoundError: the service does not know the request, or no longer, and the inbox has nothing.
        """
        from ..._core.queue.delivery import read_stored, typed_output
        from .result import AsyncResultWait

        check_seconds("deadline", deadline)
        check_kind(response_model)
        wait = AsyncResultWait(self._service, self._url, self.request_id, inbox, deadline, options)
        body = await wait.body()
        envelope = read_stored(body)
        if envelope.errors:
            raise await wait.failure(envelope)
        return envelope.data if response_model is None else typed_output(envelope, response_model, body)


def _cancel(answer: WholeResponse) -> CancelResult:
    return read_model(CancelResult, answer)
