"""Embeddings of the texts of each row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Unpack

from ...config import CallOptions
from ...types.embeddings import CreateEmbeddingResponse
from .call import Call, PreparedCall, Where, required

if TYPE_CHECKING:
    from ... import AsyncClient


def embeddings(
    deployment: Where,
    input: str | Sequence[str],
    *,
    model: str | None = None,
    dimensions: int | None = None,
    **options: Unpack[CallOptions],
) -> Call[CreateEmbeddingResponse]:
    """Ask the engine of a deployment to embed one or more texts.

    Args:
        deployment: The model's ID, a `DeploymentTarget`, or a pool.
        input: The text or texts of the row.
        model: The name that the engine serves. Baseten's own engine takes any.
        dimensions: The length of each vector, where the model can shorten it.
        **options: Call options, such as `timeout` and `extra_headers`.
    """
    target = required(deployment)

    async def send(client: AsyncClient) -> CreateEmbeddingResponse:
        return await target.of(client).embeddings.create(input=input, model=model, dimensions=dimensions, **options)

    shared = {"deployment": target, "model": model, "dimensions": dimensions}
    return PreparedCall("embeddings", send, input, options, shared)
