"""What the service lists of the model of an LLM: which models there are, and the context window."""

from __future__ import annotations

import logging

from llama_index.core.base.llms.types import LLMMetadata
from llama_index.core.constants import DEFAULT_CONTEXT_WINDOW, DEFAULT_NUM_OUTPUTS

from ... import APIError, AsyncPool, Model, NotFoundError, Pool
from .async_requests import AsyncRequestLLM
from .metadata import BasetenMetadata, context_length

log = logging.getLogger("baseten_sdk")

LOOK_UP_SECONDS = 10.0


class ListedLLM(AsyncRequestLLM):
    """Look up the models that are served, and describe the LLM's own to LlamaIndex."""

    @property
    def metadata(self) -> LLMMetadata:
        """Describe the model to LlamaIndex.

        The context window is looked up in the list of models when it is first read. If it is not there, LlamaIndex's
        default is used.
        """
        metadata = BasetenMetadata(
            context_window=self.context_window or DEFAULT_CONTEXT_WINDOW,
            num_output=self.max_tokens or DEFAULT_NUM_OUTPUTS,
            is_chat_model=True,
            is_function_calling_model=True,
            model_name=self.model,
        )
        return metadata if self.context_window else metadata.looked_up_by(self._look_up_window)

    @property
    def available_models(self) -> list[Model]:
        """List the models of the Model APIs that the account can use, or those that the engine serves."""
        engine = self._clients.engine(self._target)
        if isinstance(engine, Pool):
            return _served_by(engine)
        try:
            return list(engine.models.list())
        except NotFoundError as error:
            return self._served_at_least(error)

    async def aavailable_models(self) -> list[Model]:
        """List the models as `available_models` does, in async code."""
        engine = self._clients.async_engine(self._target)
        if isinstance(engine, AsyncPool):
            return _served_by(engine)
        try:
            return list(await engine.models.list())
        except NotFoundError as error:
            return self._served_at_least(error)

    def _served_at_least(self, error: NotFoundError) -> list[Model]:
        """Return the model of an engine that does not list its models."""
        if self._target.model_id is None:
            raise error
        return [Model(id=self._target.model)]

    def _look_up_window(self) -> int:
        engine = self._clients.engine(self._target)
        if isinstance(engine, Pool):
            return DEFAULT_CONTEXT_WINDOW
        try:
            models = engine.models.list(timeout=LOOK_UP_SECONDS, max_retries=0)
        except APIError as error:
            log.warning("The context window of %s is not known, LlamaIndex's default is taken: %s", self.model, error)
            return DEFAULT_CONTEXT_WINDOW
        window = next((context_length(each) for each in models if each.id == self._target.model), None)
        self.context_window = window or DEFAULT_CONTEXT_WINDOW
        return self.context_window


def _served_by(pool: Pool | AsyncPool) -> list[Model]:
    return [Model(id=member.model or member.name) for member in pool.members]
