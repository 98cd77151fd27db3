"""Embeddings of the texts of each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

from ...config import CallOptions
from ...types.embeddings import CreateEmbeddingResponse
from .call import Call, Settings, Target, Where, required, settings_of

if TYPE_CHECKING:
    from ... import AsyncClient


@dataclass(frozen=True, slots=True)
class _Embeddings(Call[CreateEmbeddingResponse]):
    target: Target
    input: str | Sequence[str]
    model: str | None
    dimensions: int | None
    options: CallOptions

    async def make(self, client: AsyncClient) -> CreateEmbeddingResponse:
        return await self.target.of(client).embeddings.create(
            input=self.input, model=self.model, dimensions=self.dimensions, **self.options
        )

    def settings(self) -> Settings:
        return settings_of(
            "embeddings", self.options, deployment=self.target, model=self.model, dimensions=self.dimensions
        )

    def content(self) -> object:
        return self.input


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
    return _Embeddings(required(deployment), input, model, dimensions, options)
