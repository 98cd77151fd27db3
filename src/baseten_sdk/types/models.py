"""The models that an account can use, as `models.list()` returns them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from .reply import Lenient, NullAs, Reply, Rounded

__all__ = ["Model", "ModelList", "ModelPricing"]


class ModelPricing(Lenient):
    """Dollars per single token, as decimal strings."""

    prompt: str | None = None
    completion: str | None = None
    image: str | None = None
    request: str | None = None
    input_cache_read: str | None = None


class Model(Lenient):
    """A model. Engines inside a deployment send little more than the id."""

    id: str
    created: Annotated[int | None, Rounded()] = None
    object: Annotated[str, NullAs(lambda: "model")] = "model"
    owned_by: str | None = None
    name: str | None = None
    description: str | None = None
    context_length: int | None = None
    max_completion_tokens: int | None = None
    quantization: str | None = None
    pricing: ModelPricing | None = None
    supported_sampling_parameters: Annotated[list[str], NullAs(list)] = Field(default_factory=list)
    supported_features: Annotated[list[str], NullAs(list)] = Field(default_factory=list)
    input_modalities: Annotated[list[str], NullAs(list)] = Field(default_factory=list)
    output_modalities: Annotated[list[str], NullAs(list)] = Field(default_factory=list)


class ModelList(Reply):
    """A list of models; iterating it gives the models themselves."""

    data: list[Model]

    # A list of models, where pydantic's own iterator gives pairs of names and values.
    def __iter__(self) -> Iterator[Model]:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        return iter(self.data)

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: int) -> Model:
        return self.data[index]
