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
from .deployment_base import AsyncDeploymentBase
from .embeddings import AsyncEmbeddings
from .models import AsyncModels


class AsyncEngine(AsyncDeploymentBase):
    """What the engine of one deployment serves."""

    @property
    def openai_base_url(self) -> str:
        """The base URL of the OpenAI-compatible engine inside, for other clients."""
        return self._place.engine.url

    @cached_property
    def chat(self) -> AsyncChat:
        """The OpenAI-compatible engine inside; `model=` is the name that it serves."""
        return AsyncChat(self._service, self._place.engine)

    @cached_property
    def models(self) -> AsyncModels:
        """What the engine inside serves."""
        return AsyncModels(self._service, self._place.engine)

    @cached_property
    def embeddings(self) -> AsyncEmbeddings:
        """Vectors of texts, by an embedding engine."""
        return AsyncEmbeddings(self._service, self._place.engine)

    @cached_property
    def decisions(self) -> AsyncDecisions:
        """Typed questions, by a decision model."""
        return AsyncDecisions(self._service, self._place.engine)

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
        """Score how well texts fit a query, by a rerank engine.

        Args:
            query: what is looked for.
            texts: what is scored.
            raw_scores: scores as the model gives them, not brought between 0 and 1.
            return_text: send the texts back too.
            truncate: cut texts that are too long, instead of refusing them.
            **options: the options of every call.

        Returns:
            One result for each text, best first; `index` is the text's place.

        Raises:
            APIError: the call failed.
        """
        optional = {"raw_scores": raw_scores, "return_text": return_text, "truncate": truncate}
        answer = await self._ask("rerank", rerank_body(query, texts, optional), options)
        return sorted(read_as(list[RerankResult], answer), key=lambda each: -each.score)

    async def classify(
        self,
        texts: Sequence[str],
        *,
        raw_scores: bool | None = None,
        truncate: bool | None = None,
        **options: Unpack[CallOptions],
    ) -> list[list[Classification]]:
        """Label texts, by a classification engine.

        Args:
            texts: what is labelled.
            raw_scores: scores as the model gives them.
            truncate: cut texts that are too long, instead of refusing them.
            **options: the options of every call.

        Returns:
            The labels of each text, in the order of the texts.

        Raises:
            APIError: the call failed.
        """
        optional = {"raw_scores": raw_scores, "truncate": truncate}
        answer = await self._ask("predict", classify_body(texts, optional), options)
        return read_as(list[list[Classification]], answer)

    async def _ask(self, path: str, body: dict[str, object], given: CallOptions) -> WholeResponse:
        options = self._service.options.merged(given)
        request = engine_request(self._place.sync(path), body, options)
        answer, _ = await self._service.caller.fetch(request, options, _whole)
        return answer


def _whole(answer: WholeResponse) -> WholeResponse:
    return answer
