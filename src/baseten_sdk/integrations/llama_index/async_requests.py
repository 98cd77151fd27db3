"""Long work: async requests of a dedicated model, whose output goes to a webhook."""

from __future__ import annotations

from collections.abc import Sequence

from llama_index.core.base.llms.types import ChatMessage

from ... import AsyncDeployment, AsyncJob, Deployment, InferenceRetryConfig, InvalidRequestError, Job
from .messages import message_params
from .settings import LLMSettings

SHARED = "A Model API takes no async requests: they need a dedicated model, with its id as model_id= and no api_base=."


class AsyncRequestLLM(LLMSettings):
    """Submit async requests to the model of an LLM."""

    def submit(
        self,
        prompt: str | Sequence[ChatMessage],
        *,
        webhook_endpoint: str | None = None,
        priority: int | None = None,
        max_time_in_queue_seconds: int | None = None,
        inference_retry_config: InferenceRetryConfig | None = None,
        **model_input: object,
    ) -> Job:
        """Submit an async request to a dedicated model. Its output goes to the webhook.

        Example:
            job = llm.submit("Summarise ...", webhook_endpoint="https://example.com/done")
            print(job.request_id, job.status().status)

        Args:
            prompt: A prompt, sent as `prompt`, or messages, sent as `messages`.
            webhook_endpoint: Where the output goes. It overrides the LLM's own.
            priority: 0 to 2. Lower numbers run first.
            max_time_in_queue_seconds: How long it may wait in the queue, 10 to 259,200 seconds.
            inference_retry_config: How Baseten repeats a failed run.
            **model_input: Further fields of the model's input.

        Returns:
            The handle of the job: its ID, `status()`, `wait()` and `cancel()`.

        Raises:
            InvalidRequestError: If the model is a Model API, or a field is outside its limits.
        """
        return self._deployment().async_predict(
            self._model_input(prompt, model_input),
            webhook_endpoint=webhook_endpoint or self.webhook_endpoint,
            priority=priority,
            max_time_in_queue_seconds=max_time_in_queue_seconds,
            inference_retry_config=inference_retry_config,
        )

    async def asubmit(
        self,
        prompt: str | Sequence[ChatMessage],
        *,
        webhook_endpoint: str | None = None,
        priority: int | None = None,
        max_time_in_queue_seconds: int | None = None,
        inference_retry_config: InferenceRetryConfig | None = None,
        **model_input: object,
    ) -> AsyncJob:
        """Submit an async request, in async code. Same arguments as `submit`."""
        return await self._async_deployment().async_predict(
            self._model_input(prompt, model_input),
            webhook_endpoint=webhook_endpoint or self.webhook_endpoint,
            priority=priority,
            max_time_in_queue_seconds=max_time_in_queue_seconds,
            inference_retry_config=inference_retry_config,
        )

    def job(self, request_id: str) -> Job:
        """Return the handle of a request that was submitted before."""
        return self._deployment().job(request_id)

    def ajob(self, request_id: str) -> AsyncJob:
        """Return the handle of a request that was submitted before, for async code."""
        return self._async_deployment().job(request_id)

    def _deployment(self) -> Deployment:
        engine = self._clients.engine(self._target)
        if not isinstance(engine, Deployment):
            raise InvalidRequestError(SHARED)
        return engine

    def _async_deployment(self) -> AsyncDeployment:
        engine = self._clients.async_engine(self._target)
        if not isinstance(engine, AsyncDeployment):
            raise InvalidRequestError(SHARED)
        return engine

    def _model_input(self, prompt: str | Sequence[ChatMessage], given: dict[str, object]) -> dict[str, object]:
        content: dict[str, object] = (
            {"prompt": prompt} if isinstance(prompt, str) else {"messages": message_params(prompt)}
        )
        own = {"temperature": self.temperature, "max_tokens": self.max_tokens}
        return {**content, **{name: value for name, value in own.items() if value is not None}, **given}
