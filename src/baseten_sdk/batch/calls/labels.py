"""Scores and labels of the texts of each row, by the engine of a deployment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, Unpack

from ...config import CallOptions
from ...types.embeddings import Classification, RerankResult
from ...types.many import Results
from .call import Call, Settings, Target, Where, required, settings_of

if TYPE_CHECKING:
    from ... import AsyncClient

TruncationDirection: TypeAlias = Literal["Left", "Right"]


@dataclass(frozen=True, slots=True)
class _Rerank(Call[Results[RerankResult]]):
    target: Target
    query: str
    texts: Sequence[str]
    model: str | None
    raw_scores: bool | None
    return_text: bool | None
    truncate: bool | None
    truncation_direction: TruncationDirection | None
    options: CallOptions

    async def make(self, client: AsyncClient) -> Results[RerankResult]:
        return await self.target.of(client).rerank(
            self.query,
            self.texts,
            model=self.model,
            raw_scores=self.raw_scores,
            return_text=self.return_text,
            truncate=self.truncate,
            truncation_direction=self.truncation_direction,
            progress="none",
            **self.options,
        )

    def settings(self) -> Settings:
        return settings_of(
            "rerank",
            self.options,
            deployment=self.target,
            model=self.model,
            raw_scores=self.raw_scores,
            return_text=self.return_text,
            truncate=self.truncate,
            truncation_direction=self.truncation_direction,
        )

    def content(self) -> object:
        return [self.query, *self.texts]


@dataclass(frozen=True, slots=True)
class _Classify(Call[Results[list[Classification]]]):
    target: Target
    texts: Sequence[str]
    model: str | None
    raw_scores: bool | None
    truncate: bool | None
    truncation_direction: TruncationDirection | None
    options: CallOptions

    async def make(self, client: AsyncClient) -> Results[list[Classification]]:
        return await self.target.of(client).classify(
            self.texts,
            model=self.model,
            raw_scores=self.raw_scores,
            truncate=self.truncate,
            truncation_direction=self.truncation_direction,
            progress="none",
            **self.options,
        )

    def settings(self) -> Settings:
        return settings_of(
            "classify",
            self.options,
            deployment=self.target,
            model=self.model,
            raw_scores=self.raw_scores,
            truncate=self.truncate,
            truncation_direction=self.truncation_direction,
        )

    def content(self) -> object:
        return self.texts


def rerank(
    deployment: Where,
    query: str,
    texts: Sequence[str],
    *,
    model: str | None = None,
    raw_scores: bool | None = None,
    return_text: bool | None = None,
    truncate: bool | None = None,
    truncation_direction: TruncationDirection | None = None,
    **options: Unpack[CallOptions],
) -> Call[Results[RerankResult]]:
    """Score how well the texts of a row match its query; see `deployment.rerank`.

    Args:
        deployment: The model's ID, a `DeploymentTarget`, or a pool.
        query: What to look for.
        texts: The texts to score.
        model: The name that the engine serves. Baseten's own engine needs none.
        raw_scores: Return the model's own scores, not scaled to 0 to 1.
        return_text: Return the texts too.
        truncate: Cut texts that are too long instead of refusing them.
        truncation_direction: The end that is cut off: "Right" or "Left".
        **options: The options of every call.
    """
    return _Rerank(
        required(deployment), query, texts, model, raw_scores, return_text, truncate, truncation_direction, options
    )


def classify(
    deployment: Where,
    texts: Sequence[str],
    *,
    model: str | None = None,
    raw_scores: bool | None = None,
    truncate: bool | None = None,
    truncation_direction: TruncationDirection | None = None,
    **options: Unpack[CallOptions],
) -> Call[Results[list[Classification]]]:
    """Label the texts of a row; see `deployment.classify`.

    Args:
        deployment: The model's ID, a `DeploymentTarget`, or a pool.
        texts: The texts to label.
        model: The name that the engine serves. Baseten's own engine needs none.
        raw_scores: Return the model's own scores.
        truncate: Cut texts that are too long instead of refusing them.
        truncation_direction: The end that is cut off: "Right" or "Left".
        **options: The options of every call.
    """
    return _Classify(required(deployment), texts, model, raw_scores, truncate, truncation_direction, options)
