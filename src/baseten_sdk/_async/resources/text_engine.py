"""Calls of an engine with many texts: rerank, labels of texts, labels of tokens.

It owns what a user sees: arguments and their documentation. `_bulk` runs the requests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar, Unpack

from ...errors import InvalidRequestError
from .deployment_base import AsyncDeploymentBase

if TYPE_CHECKING:
    from ..._bulk.options import ManyOptions, Texts
    from ..._core.texts.call import Store, TextCall
    from ..._core.texts.cutting import TruncationDirection
    from ...types.embeddings import Classification, RerankResult, TokenPrediction
    from ...types.many import Results

AggregationStrategy: TypeAlias = Literal["none", "simple", "first", "average", "max"]
"""How to combine the labels of a word's tokens."""

T = TypeVar("T")


class AsyncTextEngine(AsyncDeploymentBase):
    """A deployment whose engine may score or label texts."""

    async def rerank(
        self,
        query: str,
        texts: Texts,
        *,
        model: str | None = None,
        raw_scores: bool | None = None,
        return_text: bool | None = None,
        truncate: bool | None = None,
        truncation_direction: TruncationDirection | None = None,
        **options: Unpack[ManyOptions],
    ) -> Results[RerankResult]:
        """Score how well texts match a query, with a rerank engine.

        Any number of texts: they are cut into requests that are made side by side.

        Args:
            query: What to look for.
            texts: The texts to score. See `embeddings.embed`.
            model: The name that the engine serves. Baseten's own engine needs none.
            raw_scores: Return the model's own scores, not scaled to 0 to 1.
            return_text: Return the texts too.
            truncate: Cut texts that are too long instead of refusing them.
            truncation_direction: The end that is cut off: "Right" or "Left".
            **options: See `ManyOptions`. `deadline` bounds all requests together.

        Returns:
            One result for each text, best first. `index` is the position of its text.

        Raises:
            APIError: A request failed. `results` of the error holds the results that arrived.
            ResponseValidationError: A reply does not hold one result for each text.
            InvalidRequestError: A text cannot be sent; the message has its position.
        """
        from ..._core.texts.call import rerank_call
        from ..._core.texts.scores import ScoreStore

        given = {
            "model": model,
            "raw_scores": raw_scores,
            "return_text": return_text,
            "truncate": truncate,
            "truncation_direction": truncation_direction,
        }
        if not isinstance(query, str) or not query:
            raise InvalidRequestError("query must be a text that is not empty.")
        call = rerank_call(self._urls.sync("rerank"), query, given)
        return await self._ask("Rerank", texts, call, ScoreStore(), truncate, truncation_direction, options)

    async def classify(
        self,
        texts: Texts,
        *,
        model: str | None = None,
        raw_scores: bool | None = None,
        truncate: bool | None = None,
        truncation_direction: TruncationDirection | None = None,
        **options: Unpack[ManyOptions],
    ) -> Results[list[Classification]]:
        """Label texts, with a classification engine.

        Any number of texts: they are cut into requests that are made side by side.

        Args:
            texts: The texts to label. See `embeddings.embed`.
            model: The name that the engine serves. Baseten's own engine needs none.
            raw_scores: Return the model's own scores.
            truncate: Cut texts that are too long instead of refusing them.
            truncation_direction: The end that is cut off: "Right" or "Left".
            **options: See `ManyOptions`. `deadline` bounds all requests together.

        Returns:
            The labels of each text, in the order of the texts.

        Raises:
            APIError: A request failed. `results` of the error holds the results that arrived.
            ResponseValidationError: A reply does not hold one result for each text.
            InvalidRequestError: A text cannot be sent; the message has its position.
        """
        from ..._core.texts.call import classify_call
        from ..._core.texts.scores import LabelStore

        given = {
            "model": model,
            "raw_scores": raw_scores,
            "truncate": truncate,
            "truncation_direction": truncation_direction,
        }
        call = classify_call(self._urls.sync("predict"), given)
        store: LabelStore[Classification] = LabelStore()
        return await self._ask("Classification", texts, call, store, truncate, truncation_direction, options)

    async def predict_tokens(
        self,
        texts: Texts,
        *,
        model: str | None = None,
        raw_scores: bool | None = None,
        truncate: bool | None = None,
        truncation_direction: TruncationDirection | None = None,
        aggregation_strategy: AggregationStrategy | None = None,
        **options: Unpack[ManyOptions],
    ) -> Results[list[TokenPrediction]]:
        """Label the tokens of texts, such as names, with a token classification engine.

        Any number of texts: they are cut into requests that are made side by side.

        Args:
            texts: The texts. See `embeddings.embed`.
            model: The name that the engine serves. Baseten's own engine needs none.
            raw_scores: Return the model's own scores.
            truncate: Cut texts that are too long instead of refusing them.
            truncation_direction: The end that is cut off: "Right" or "Left".
            aggregation_strategy: How tokens of one word or name are put together. The engine's default: not at all.
            **options: See `ManyOptions`. `deadline` bounds all requests together.

        Returns:
            The tokens of each text with their labels, in the order of the texts.

        Raises:
            APIError: A request failed. `results` of the error holds the results that arrived.
            ResponseValidationError: A reply does not hold one result for each text.
            InvalidRequestError: A text cannot be sent; the message has its position.
        """
        from ..._core.texts.call import tokens_call
        from ..._core.texts.scores import LabelStore

        given = {
            "model": model,
            "raw_scores": raw_scores,
            "truncate": truncate,
            "truncation_direction": truncation_direction,
            "aggregation_strategy": aggregation_strategy,
        }
        call = tokens_call(self._urls.sync("predict_tokens"), given)
        store: LabelStore[TokenPrediction] = LabelStore()
        return await self._ask("Tokens", texts, call, store, truncate, truncation_direction, options)

    async def _ask(
        self,
        what: str,
        texts: Texts,
        call: TextCall[Results[T]],
        store: Store[Results[T], Results[T]],
        truncate: bool | None,
        truncation_direction: TruncationDirection | None,
        given: ManyOptions,
    ) -> Results[T]:
        from ..._bulk.options import bulk
        from ..._bulk.runner import AsyncBulkRunner

        made = bulk(self._service, what, texts, call, truncate, truncation_direction, given)
        return await AsyncBulkRunner.run(self._service, made, store)
