"""Scores and labels of the texts of each row, by the engine of a deployment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, Unpack

from ...config import CallOptions
from ...types.embeddings import Classification, RerankResult
from ...types.many import Results
from .call import Call, PreparedCall, Where, required

if TYPE_CHECKING:
    from ... import AsyncClient


class LabelOptions(CallOptions, total=False):
    """The parameters of `batch.classify`, and the options of every call.

    Attributes:
        model: The name that the engine serves. Baseten's own engine needs none.
        raw_scores: Return the model's own scores, not scaled to 0 to 1.
        truncate: Cut texts that are too long instead of refusing them.
        truncation_direction: The end that is cut off.
    """

    model: str | None
    raw_scores: bool | None
    truncate: bool | None
    truncation_direction: Literal["Left", "Right"] | None


class RerankOptions(LabelOptions, total=False):
    """The parameters of `batch.rerank`, and the options of every call.

    Attributes:
        return_text: Return the texts too.
    """

    return_text: bool | None


def rerank(
    deployment: Where, query: str, texts: Sequence[str], **params: Unpack[RerankOptions]
) -> Call[Results[RerankResult]]:
    """Score how well the texts of a row match its query; see `deployment.rerank`.

    Args:
        deployment: The model's ID, a `DeploymentTarget`, or a pool.
        query: What to look for.
        texts: The texts to score.
        **params: The parameters of `deployment.rerank`: model, raw_scores, return_text, truncate, truncation_direction,
            and the options of every call.
    """
    target = required(deployment)

    async def send(client: AsyncClient) -> Results[RerankResult]:
        return await target.of(client).rerank(query, texts, progress="none", **params)

    return PreparedCall("rerank", send, [query, *texts], params, {"deployment": target})


def classify(
    deployment: Where, texts: Sequence[str], **params: Unpack[LabelOptions]
) -> Call[Results[list[Classification]]]:
    """Label the texts of a row; see `deployment.classify`.

    Args:
        deployment: The model's ID, a `DeploymentTarget`, or a pool.
        texts: The texts to label.
        **params: The parameters of `deployment.classify`: model, raw_scores, truncate, truncation_direction, and the
            options of every call.
    """
    target = required(deployment)

    async def send(client: AsyncClient) -> Results[list[Classification]]:
        return await target.of(client).classify(texts, progress="none", **params)

    return PreparedCall("classify", send, texts, params, {"deployment": target})
