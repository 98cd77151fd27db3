"""`client.async_requests`: async requests by their ids: status, cancellation, waiting for many."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Unpack, overload

from ..._core.request.service_urls import DeploymentURLs
from ...config import StatusOptions, WaitOptions
from ...types.async_requests import AsyncRequestStatus, CancelResult
from ..calls.service import AsyncService
from ..queue.job import AsyncJob

if TYPE_CHECKING:
    from ..queue.as_completed import AsyncCompletedJobs


class AsyncRequests:
    """Async requests of any model or chain, by their IDs."""

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
        """Get the status of an async request. It never holds the output, which Baseten does not store.

        All status calls of a client together are limited to `Limits.status_calls` a second.

        Args:
            request_id: The ID that `async_predict` or `async_run_remote` returned.
            model_id: The model that the request was sent to.
            chain_id: The chain that it was sent to, instead.
            regional: The environment of the regional host, if it was sent there.
            **options: The options of every call.

        Raises:
            InvalidRequestError: Neither a model nor a chain is given, or both are.
            NotFoundError: There is no such request, or it ended more than an hour ago.
        """
        urls = self._service.router.owner(model_id, chain_id, regional)
        return await self.job(urls, request_id).status(**options)

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
        """Cancel an async request that is still queued. `canceled` of the result says whether it was.

        Args:
            request_id: The ID that `async_predict` or `async_run_remote` returned.
            model_id: The model that the request was sent to.
            chain_id: The chain that it was sent to, instead.
            regional: The environment of the regional host, if it was sent there.
            **options: The options of every call.
        """
        urls = self._service.router.owner(model_id, chain_id, regional)
        return await self.job(urls, request_id).cancel(**options)

    def as_completed(
        self, jobs: Iterable[AsyncJob], *, deadline: float | None = None, **options: Unpack[WaitOptions]
    ) -> AsyncCompletedJobs:
        """Wait for many requests. Yields each with its last status, as they end.

        All status calls together keep to `Limits.status_calls` a second, and requests are polled in turn, so you can
        wait for thousands. Each request ends as with `AsyncJob.wait`. A status call that fails for a transient reason
        is repeated later. If the service refuses the status of one request, the error is raised after all others have
        ended.

        Example:
            async for job, status in client.async_requests.as_completed(jobs, deadline=3600):
                print(job.request_id, status.status)

        Args:
            jobs: The requests. Duplicates are waited for once.
            deadline: Seconds to wait in all, from the first step of the iteration. None waits forever.
            **options: The options of every status call.

        Returns:
            An iterator. You may leave the loop and iterate over it again later.

        Raises:
            DeadlineExceeded: Some requests had not ended in time. They continue.
            APIError: The service refused the status of a request.
        """
        from ..queue.as_completed import AsyncCompletedJobs

        return AsyncCompletedJobs(self._service, jobs, deadline, options)

    def job(self, urls: DeploymentURLs, request_id: str) -> AsyncJob:
        """Get the handle of a request."""
        return AsyncJob(self._service, urls, request_id)
