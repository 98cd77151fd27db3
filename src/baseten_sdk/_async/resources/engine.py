"""The engine inside a deployment: chat, models and embeddings in OpenAI's form, rerank and classification."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Unpack

from ..._core.reply.response import WholeResponse
from ..._core.reply.validate import read_as
from ..._core.request.embeddings import classify_body, engine_request, rerank_body
from ...config import CallOptions
from ...types.embeddings import Classification, RerankResult
from .chat import AsyncChat
from .decisions import AsyncDecisions
from .deployment_base import AsyncDeploymentBase, whole
from .embeddings import AsyncEmbeddings
from .models import AsyncModels


class AsyncEngine(AsyncDeploymentBase):
    """What the engine of one deployment serves."""

    @property
    def openai_base_url(self) -> str:
        """The base URL of the OpenAI-compatible engine inside, for other clients."""
        return self._urls.engine.url

    @cached_property
    def chat(self) -> AsyncChat:
        """The OpenAI-compatible engine inside. `model=` is the name that it serves."""
        return AsyncChat(self._service, self._urls.engine)

    @cached_property
    def models(self) -> AsyncModels:
        """What the engine inside serves."""
        return AsyncModels(self._service, self._urls.engine)

    @cached_property
    def embeddings(self) -> AsyncEmbeddings:
        """Vectors of texts, from an embedding engine."""
        return AsyncEmbeddings(self._service, self._urls.engine)

    @cached_property
    def decisions(self) -> AsyncDecisions:
        """Typed questions, by a decision model."""
        return AsyncDecisions(self._service, self._urls.engine)

    async def rerank(
        self,
        query: str,
        texts: Sequence[str],
        *,
        raw_scores: bool | None = None,
        return_text: bool | None = None,
        truncate: bool | None = None,
        **options: Unpack[CallOptions],
    ) -> list[RerankResult]:
        """Score how well texts match a query, with a rerank engine.

        Args:
            query: What to look for.
            texts: The texts to score.
            raw_scores: Return the model's own scores, not scaled to 0 to 1.
            return_text: Return the texts too.
            truncate: Cut texts that are too long instead of refusing them.
            **options: The options of every call.

        Returns:
            One result for each text, best first. `index` is the position of its text.

        Raises:
            APIError: The call failed.
        """
        optional = {"raw_scores": raw_scores, "return_text": return_text, "truncate": truncate}
        response = await self._ask("rerank", rerank_body(query, texts, optional), options)
        return sorted(read_as(list[RerankResult], response), key=lambda each: -each.score)

    async def classify(
        self,
        texts: Sequence[str],
        *,
        raw_scores: bool | None = None,
        truncate: bool | None = None,
        **options: Unpack[CallOptions],
    ) -> list[list[Classification]]:
        """Label texts, with a classification engine.

        Args:
            texts: The texts to label.
            raw_scores: Return the model's own scores.
            truncate: Cut texts that are too long instead of refusing them.
            **options: The options of every call.

        Returns:
            The labels of each text, in the order of the texts.

        Raises:
            APIError: The call failed.
        """
        optional = {"raw_scores": raw_scores, "truncate": truncate}
        response = await self._ask("predict", classify_body(texts, optional), options)
        return read_as(list[list[Classification]], response)

    async def _ask(self, path: str, body: dict[str, object], given: CallOptions) -> WholeResponse:
        options = self._service.options.merged(given)
        request = engine_request(self._urls.sync(path), body, options)
        response, _ = await self._service.caller.fetch(request, options, whole)
        return response
