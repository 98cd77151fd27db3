"""What a run asks of the service: to take a job, how one is doing, and how long the queue is."""

from __future__ import annotations

import json
from dataclasses import dataclass

from .. import AsyncChain, AsyncDeployment, AsyncRequestStatus, InferenceRetryConfig, QueueStatus


@dataclass(frozen=True, slots=True)
class JobOptions:
    """What every submission says besides its input. See `async_predict`."""

    priority: int | None = None
    max_time_in_queue_seconds: int | None = None
    inference_retry_config: InferenceRetryConfig | None = None


class QueueClient:
    """The queue of one deployment or chain."""

    def __init__(self, target: AsyncDeployment | AsyncChain, options: JobOptions) -> None:
        self._target = target
        self._options = options

    async def submit(self, given: bytes, webhook: str, tag: str) -> str:
        """Submit a job: its request id."""
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
        """The status of a job."""
        return await self._target.job(request_id).status()

    async def depth(self) -> QueueStatus:
        """How long the queue is."""
        return await self._target.queue_status()
