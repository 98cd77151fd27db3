"""What a run asks of the service, over an async or a sync deployment or chain."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import anyio
import anyio.to_thread

from .. import (
    AsyncChain,
    AsyncDeployment,
    AsyncRequestStatus,
    Chain,
    Deployment,
    InferenceRetryConfig,
    QueueStatus,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class JobOptions:
    """What every submission says besides its input. See `async_predict`."""

    priority: int | None = None
    max_time_in_queue_seconds: int | None = None
    inference_retry_config: InferenceRetryConfig | None = None


class QueueClient(Protocol):
    """One deployment's queue."""

    async def submit(self, given: bytes, webhook: str, tag: str) -> str:
        """Submit a job: its request id."""
        ...

    async def status(self, request_id: str) -> AsyncRequestStatus:
        """The status of a job."""
        ...

    async def queue(self) -> QueueStatus:
        """How long the queue is."""
        ...


class AsyncQueueClient:
    """Over an `AsyncDeployment` or an `AsyncChain`."""

    def __init__(self, target: AsyncDeployment | AsyncChain, options: JobOptions) -> None:
        self._target = target
        self._options = options

    async def submit(self, given: bytes, webhook: str, tag: str) -> str:
        target, options = self._target, self._options
        submit = target.async_run_remote if isinstance(target, AsyncChain) else target.async_predict
        job = await submit(
            json.loads(given),
            webhook_endpoint=webhook,
            priority=options.priority,
            max_time_in_queue_seconds=options.max_time_in_queue_seconds,
            inference_retry_config=options.inference_retry_config,
            request_id=tag,
            max_retries=0,
        )
        return job.request_id

    async def status(self, request_id: str) -> AsyncRequestStatus:
        return await self._target.job(request_id).status()

    async def queue(self) -> QueueStatus:
        return await self._target.queue_status()


class SyncQueueClient:
    """Over a `Deployment` or a `Chain`, in worker threads. A cancelled call is left to its thread."""

    def __init__(self, target: Deployment | Chain, options: JobOptions, threads: int) -> None:
        self._target = target
        self._options = options
        self._threads = threads
        self._limiter: anyio.CapacityLimiter | None = None

    async def submit(self, given: bytes, webhook: str, tag: str) -> str:
        target, options = self._target, self._options
        submit = target.async_run_remote if isinstance(target, Chain) else target.async_predict
        job = await self._run(
            functools.partial(
                submit,
                json.loads(given),
                webhook_endpoint=webhook,
                priority=options.priority,
                max_time_in_queue_seconds=options.max_time_in_queue_seconds,
                inference_retry_config=options.inference_retry_config,
                request_id=tag,
                max_retries=0,
            )
        )
        return job.request_id

    async def status(self, request_id: str) -> AsyncRequestStatus:
        return await self._run(lambda: self._target.job(request_id).status())

    async def queue(self) -> QueueStatus:
        return await self._run(lambda: self._target.queue_status())

    async def _run(self, function: Callable[[], T]) -> T:
        if self._limiter is None:  # made inside of the event loop that it belongs to
            self._limiter = anyio.CapacityLimiter(self._threads)
        return await anyio.to_thread.run_sync(function, limiter=self._limiter, abandon_on_cancel=True)
