"""`client.async_requests`: async requests by their ids: status, cancellation, waiting for many."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar, Unpack, overload

from ..._core.request.routing import DeploymentURLs
from ...config import StatusOptions, WaitOptions
from ...types.async_requests import AsyncRequestStatus, CancelResult
from ..calls.service import AsyncService
from ..queue.job import AsyncJob

if TYPE_CHECKING:
    from ..queue.as_completed import AsyncCompletedJobs

T = TypeVar("T")


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
        place = self._service.router.owner(model_id, chain_id, regional)
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
        place = self._service.router.owner(model_id, chain_id, regional)
        return await self.job(place, request_id).cancel(**options)

    def as_completed(
        self, jobs: Iterable[AsyncJob], *, deadline: float | None = None, **options: Unpack[WaitOptions]
    ) -> AsyncCompletedJobs:
        """Wait for many requests: each with its last status, as they end.

        All of them together keep to `Limits.status_calls` a second, and none is asked about more often than its turn:
        thousands may be waited for. What ends and how is as for `AsyncJob.wait`. A question that fails for a passing
        reason is asked again later; where the service refuses to tell of one request, that is raised after all others
        have ended.

        Example:
            async for job, status in client.async_requests.as_completed(jobs, deadline=3600):
                print(job.request_id, status.status)

        Args:
            jobs: the requests; the same one twice is waited for once.
            deadline: seconds to wait in all, from the first step of the iteration; None waits for ever.
            **options: the options of every call, for each question.

        Returns:
            An iterator. It can be left and gone on with.

        Raises:
            DeadlineExceeded: some had not ended in time; they go on.
            APIError: the service does not tell of one.
        """
        from ..queue.as_completed import AsyncCompletedJobs

        return AsyncCompletedJobs(self._service, jobs, deadline, options)

    def job(self, place: DeploymentURLs, request_id: str) -> AsyncJob:
        """The handle of a request."""
        return AsyncJob(self._service, place, request_id)
