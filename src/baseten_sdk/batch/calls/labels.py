"""Scores and labels of the texts of each row, by the engine of a deployment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias, Unpack

from ...config import CallOptions
from ...types.embeddings import Classification, RerankResult
from ...types.many import Results
from .call import Call, PreparedCall, Where, required

if TYPE_CHECKING:
    from ... import AsyncClient

TruncationDirection: TypeAlias = Literal["Left", "Right"]


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
    target = required(deployment)

    async def send(client: AsyncClient) -> Results[RerankResult]:
        return await target.of(client).rerank(
            query,
            texts,
            model=model,
            raw_scores=raw_scores,
            return_text=return_text,
            truncate=truncate,
            truncation_direction=truncation_direction,
            progress="none",
            **options,
        )

    shared = {
        "deployment": target,
        "model": model,
        "raw_scores": raw_scores,
        "return_text": return_text,
        "truncate": truncate,
        "truncation_direction": truncation_direction,
    }
    return PreparedCall("rerank", send, [query, *texts], options, shared)


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
    target = required(deployment)

    async def send(client: AsyncClient) -> Results[list[Classification]]:
        return await target.of(client).classify(
            texts,
            model=model,
            raw_scores=raw_scores,
            truncate=truncate,
            truncation_direction=truncation_direction,
            progress="none",
            **options,
        )

    shared = {
        "deployment": target,
        "model": model,
        "raw_scores": raw_scores,
        "truncate": truncate,
        "truncation_direction": truncation_direction,
    }
    return PreparedCall("classify", send, texts, options, shared)
