"""What an embedding engine answers: vectors, scores of a rerank, and labels.

A vector comes as a list of numbers or as base64 of little-endian 32-bit floats, and is a list of numbers here.
"""

from __future__ import annotations

import base64
import sys
from array import array
from typing import Annotated

from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator, field_validator

from .chat import Usage
from .reply import Beside, Lenient, NullAs, Reply, as_text, nothing

__all__ = ["Classification", "CreateEmbeddingResponse", "Embedding", "RerankResult"]


def as_vector(value: object, read: ValidatorFunctionWrapHandler) -> object:
    """A vector in either of its encodings, as numbers."""
    if not isinstance(value, str):
        return read(value)
    numbers = array("f")
    try:
        numbers.frombytes(base64.b64decode(value, validate=True))
    except ValueError as error:
        raise ValueError(f"not base64 of 32-bit floats: {error}") from None
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tolist()


class Embedding(Lenient):
    """The vector of one input; `index` is the input's place."""

    index: Annotated[int, NullAs(int)] = 0
    embedding: Annotated[list[float], WrapValidator(as_vector)]
    object: Annotated[str, Beside(lambda: "embedding", as_text, null_at_once=True)] = "embedding"


class CreateEmbeddingResponse(Reply):
    """The reply of `embeddings.create`: `data` in the order of the inputs."""

    data: list[Embedding]
    model: Annotated[str, Beside(str, as_text, null_at_once=True)] = ""
    object: Annotated[str, Beside(lambda: "list", as_text, null_at_once=True)] = "list"
    usage: Annotated[Usage | None, Beside(nothing)] = None

    @field_validator("data")
    @classmethod
    def _in_order(cls, data: list[Embedding]) -> list[Embedding]:
        return sorted(data, key=lambda each: each.index)

    @property
    def vectors(self) -> list[list[float]]:
        """The vectors alone, one for each input."""
        return [each.embedding for each in self.data]


class RerankResult(Lenient):
    """How well one text fits a query; `index` is its place among the texts."""

    index: int
    score: float
    text: str | None = None


class Classification(Lenient):
    """A label, and how sure the model is of it."""

    label: str
    score: float = Field(allow_inf_nan=True)
