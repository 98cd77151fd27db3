"""`client.async_requests`: how async requests are doing, and the handle that `async_predict` returns."""

from __future__ import annotations

from math import inf
from typing import Unpack, overload

from ..._core.chat import ACCEPT_JSON
from ..._core.places import DeploymentPlace
from ..._core.polling import DELIVERY, intervals
from ..._core.replies import read_model
from ..._core.request import Answer, build
from ...config import DEPLOYMENT_FIRST_BYTE, CallOptions, StatusOptions, WaitOptions, check_seconds
from ...errors import DeadlineExceeded
from ...types.async_requests import AsyncRequestStatus, CancelResult
from ...types.reply import attach_meta
from ..service import AsyncService


class AsyncRequests:
    """Async requests of any model or chain, by their ids."""

    def __init__(self, service: AsyncService) -> None:
        self._service = service

    @overload
    async def get(
        self, request_id: str, *, model_id: str, regional: str | None = None, **options: Unpack[StatusOptions]
    ) -> AsyncRequestStatus: ...

    @overload
    async def get(
        self, request_id: str, *, chain_id: str, regional: str | None = None, **options: Unpack[StatusOptions]
    ) -> AsyncRequestStatus: ...

    async def get(
        self,
        request_id: str,
        *,
        model_id: str | None = None,
        chain_id: str | None = None,
        regional: str | None = None,
        **options: Unpack[StatusOptions],
    ) -> AsyncRequestStatus:
        """The status of an async request. Outputs are not stored and never come back this way.

        Calls of this kind are spaced out to `Limits.status_calls` a second for the whole client.

        Args:
            request_id: the id that `async_predict` or `async_run_remote` gave.
            model_id: the model that it was sent to; its host keeps the status.
            chain_id: the chain that it was sent to, instead.
            regional: the environment of the regional host, if it was sent there.
            **options: the options of every call.

        Raises:
            InvalidRequestError: neither a model nor a chain is given, or both.
            NotFoundError: there is no such request, or it ended more than an hour ago.
        """
        place = self._service.places.owner(model_id, chain_id, regional)
        return await self.job(place, request_id).status(**options)

    @overload
    async def cancel(
        self, request_id: str, *, model_id: str, regional: str | None = None, **options: Unpack[StatusOptions]
    ) -> CancelResult: ...

    @overload
    async def cancel(
        self, request_id: str, *, chain_id: str, regional: str | None = None, **options: Unpack[StatusOptions]
    ) -> CancelResult: ...

    async def cancel(
        self,
        request_id: str,
        *,
        model_id: str | None = None,
        chain_id: str | None = None,
        regional: str | None = None,
        **options: Unpack[StatusOptions],
    ) -> CancelResult:
        """Cancel an async request that is still queued; `canceled` of the result says whether it was.

        Args:
            request_id: the id that `async_predict` or `async_run_remote` gave.
            model_id: the model that it was sent to.
            chain_id: the chain that it was sent to, instead.
            regional: the environment of the regional host, if it was sent there.
            **options: the options of every call.
        """
        place = self._service.places.owner(model_id, chain_id, regional)
        return await self.job(place, request_id).cancel(**options)

    def job(self, place: DeploymentPlace, request_id: str) -> AsyncJob:
        """The handle of a request."""
        return AsyncJob(self._service, place, request_id)


class AsyncJob:
    """An async request that was submitted.

    Attributes:
        request_id: its id.
        model_id: the model that it was sent to; None for a chain.
        chain_id: the chain that it was sent to; None for a model.
    """

    def __init__(self, service: AsyncService, place: DeploymentPlace, request_id: str) -> None:
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
        merged = self._service.options.merged(options)
        request = build("GET", self._url, merged, accept=ACCEPT_JSON, first_byte=DEPLOYMENT_FIRST_BYTE)
        await self._service.paced()
        status, meta = await self._service.caller.fetch(request, merged, _status)
        return attach_meta(status, meta)

    async def cancel(self, **options: Unpack[CallOptions]) -> CancelResult:
        """Cancel the request if it is still queued; `canceled` of the result says whether it was."""
        merged = self._service.options.merged(options)
        request = build("DELETE", self._url, merged, accept=ACCEPT_JSON, first_byte=DEPLOYMENT_FIRST_BYTE)
        await self._service.paced()
        result, meta = await self._service.caller.fetch(request, merged, _cancel)
        return attach_meta(result, meta)

    async def wait(self, *, deadline: float | None = None, **options: Unpack[WaitOptions]) -> AsyncRequestStatus:
        """Wait for the end of the request: its terminal status, whichever it is.

        The output does not come back this way, or any other way but the webhook: Baseten does not store it. After
        success the delivery to the webhook is waited for too, for a minute at most. `raise_for_status()` on the result
        raises what a bad end means.

        Args:
            deadline: seconds to wait in all; None waits for ever.
            **options: the options of every call, for each question.

        Raises:
            DeadlineExceeded: the request had not ended in time; it goes on.
        """
        check_seconds("deadline", deadline)
        clock = self._service.caller.clock
        end = inf if deadline is None else clock.now() + deadline
        delivery_end = inf
        seen = "QUEUED"
        for interval in intervals():
            left = end - clock.now()
            asked: CallOptions = {**options, "deadline": left if left < inf else None}
            status = await self.status(**asked)
            seen = status.status
            if status.is_terminal:
                if not status.delivery_pending or clock.now() >= delivery_end:
                    return status
                delivery_end = min(delivery_end, clock.now() + DELIVERY)
            if clock.now() + interval >= end:
                break
            await clock.sleep(interval)
        limit = deadline or 0.0
        raise DeadlineExceeded(
            f"Async request {self.request_id} was still {seen} after {limit:g} s; it goes on.",
            phase="idle",
            limit=limit,
            request_id=self.request_id,
        )


def _status(answer: Answer) -> AsyncRequestStatus:
    return read_model(AsyncRequestStatus, answer)


def _cancel(answer: Answer) -> CancelResult:
    return read_model(CancelResult, answer)
