"""The models that an account can use, as `models.list()` returns them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from .annotations import Beside, Rounded, as_count, as_text, nothing
from .reply import Lenient, Reply


class ModelPricing(Lenient):
    """Prices in dollars per token, as decimal strings."""

    prompt: Annotated[str | None, Beside(nothing, as_text)] = None
    completion: Annotated[str | None, Beside(nothing, as_text)] = None
    image: Annotated[str | None, Beside(nothing, as_text)] = None
    request: Annotated[str | None, Beside(nothing, as_text)] = None
    input_cache_read: Annotated[str | None, Beside(nothing, as_text)] = None


class Model(Lenient):
    """A model. Engines inside a deployment send little more than the ID."""

    id: str
    created: Annotated[int | None, Rounded(), Beside(nothing, as_count)] = None
    object: Annotated[str, Beside(lambda: "model", as_text, null_at_once=True)] = "model"
    owned_by: Annotated[str | None, Beside(nothing, as_text)] = None
    name: Annotated[str | None, Beside(nothing, as_text)] = None
    description: Annotated[str | None, Beside(nothing, as_text)] = None
    context_length: Annotated[int | None, Beside(nothing, as_count)] = None
    max_completion_tokens: Annotated[int | None, Beside(nothing, as_count)] = None
    quantization: Annotated[str | None, Beside(nothing, as_text)] = None
    pricing: Annotated[ModelPricing | None, Beside(nothing)] = None
    supported_sampling_parameters: Annotated[list[str], Beside(list, null_at_once=True)] = Field(default_factory=list)
    supported_features: Annotated[list[str], Beside(list, null_at_once=True)] = Field(default_factory=list)
    input_modalities: Annotated[list[str], Beside(list, null_at_once=True)] = Field(default_factory=list)
    output_modalities: Annotated[list[str], Beside(list, null_at_once=True)] = Field(default_factory=list)


class ModelList(Reply):
    """A list of models. Iterate over it to get the models."""

    data: list[Model]

    # A list of models, where pydantic's own iterator gives pairs of names and values.
    def __iter__(self) -> Iterator[Model]:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        return iter(self.data)

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: int) -> Model:
        return self.data[index]
