"""The engine inside a deployment: chat, models and embeddings in OpenAI's form, rerank and classification."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TypeVar, Unpack

from ..._core.reply.positions import check_count, check_positions
from ..._core.reply.response import WholeResponse
from ..._core.reply.validate import read_as
from ..._core.request.embeddings import check_texts, classify_body, engine_request, rerank_body
from ...config import CallOptions
from ...types.embeddings import Classification, RerankResult
from .chat import AsyncChat
from .decisions import AsyncDecisions
from .deployment_base import AsyncDeploymentBase
from .embeddings import AsyncEmbeddings
from .models import AsyncModels
from .responses import AsyncResponses

T = TypeVar("T")


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
    def responses(self) -> AsyncResponses:
        """Responses of the engine inside, where it serves them. `model=` is the name that it serves."""
        return AsyncResponses(self._service, self._urls.engine)

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
            ResponseValidationError: The reply does not hold one result for each text.
        """
        optional = {"raw_scores": raw_scores, "return_text": return_text, "truncate": truncate}
        given = check_texts(texts)

        def read(response: WholeResponse) -> list[RerankResult]:
            results = read_as(list[RerankResult], response)
            check_positions([each.index for each in results], len(given), "scores", response)
            return sorted(results, key=lambda each: -each.score)

        return await self._ask("rerank", rerank_body(query, given, optional), options, read)

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
            ResponseValidationError: The reply does not hold one result for each text.
        """
        optional = {"raw_scores": raw_scores, "truncate": truncate}
        given = check_texts(texts)

        def read(response: WholeResponse) -> list[list[Classification]]:
            labels = read_as(list[list[Classification]], response)
            check_count(len(labels), len(given), "lists of labels", response)
            return labels

        return await self._ask("predict", classify_body(given, optional), options, read)

    async def _ask(
        self, path: str, body: dict[str, object], given: CallOptions, read: Callable[[WholeResponse], T]
    ) -> T:
        options = self._service.options.merged(given)
        request = engine_request(self._urls.sync(path), body, options)
        result, _ = await self._service.caller.fetch(request, options, read)
        return result
