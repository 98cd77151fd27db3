"""What a run asks the service: to accept a job, for the status of one, and for the length of the queue."""

from __future__ import annotations

import json
from dataclasses import dataclass

from .. import AsyncChain, AsyncDeployment, AsyncRequestStatus, InferenceRetryConfig, QueueStatus


@dataclass(frozen=True, slots=True)
class JobOptions:
    """The options of every submission. See `async_predict`."""

    priority: int | None = None
    max_time_in_queue_seconds: int | None = None
    inference_retry_config: InferenceRetryConfig | None = None


class QueueClient:
    """The queue of one deployment or chain."""

    def __init__(self, target: AsyncDeployment | AsyncChain, options: JobOptions) -> None:
        self._target = target
        self._options = options

    async def submit(self, given: bytes, webhook: str, tag: str) -> str:
        """Submit a job. Returns its request ID."""
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

    async def depth(self) -> QueueStatus:
        return await self._target.queue_status()
