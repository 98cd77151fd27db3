"""The replies of an embedding engine: vectors, scores of a rerank, and labels.

A vector is sent as a list of numbers or as base64 of little-endian 32-bit floats. Here it is a list of numbers.
"""

from __future__ import annotations

import base64
import sys
from array import array
from typing import Annotated

from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator, field_validator

from .annotations import Beside, NullAs, as_text, nothing
from .chat import Usage
from .reply import Lenient, Reply

NO_INDEX = -1
"""The position of a vector if the reply does not give one. If none has one, they are in the order of the inputs."""


def as_vector(value: object, read: ValidatorFunctionWrapHandler) -> object:
    """Return a vector in either of its encodings, as numbers."""
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
    """The vector of one input. `index` is the position of the input."""

    index: Annotated[int, NullAs(lambda: NO_INDEX)] = NO_INDEX
    embedding: Annotated[list[float], WrapValidator(as_vector)]
    object: Annotated[str, Beside(lambda: "embedding", as_text, null_at_once=True)] = "embedding"


class CreateEmbeddingResponse(Reply):
    """The reply of `embeddings.create`. `data` is in the order of the inputs."""

    data: list[Embedding]
    model: Annotated[str, Beside(str, as_text, null_at_once=True)] = ""
    object: Annotated[str, Beside(lambda: "list", as_text, null_at_once=True)] = "list"
    usage: Annotated[Usage | None, Beside(nothing)] = None

    @field_validator("data")
    @classmethod
    def _in_order(cls, data: list[Embedding]) -> list[Embedding]:
        if all(each.index == NO_INDEX for each in data):
            for position, each in enumerate(data):
                each.index = position
        return sorted(data, key=lambda each: each.index)

    @property
    def vectors(self) -> list[list[float]]:
        """The vectors alone, one for each input."""
        return [each.embedding for each in self.data]


class RerankResult(Lenient):
    """How well one text matches a query. `index` is the position of the text."""

    index: int
    score: float
    text: str | None = None


class Classification(Lenient):
    """A label, and how sure the model is of it."""

    label: str
    score: float = Field(allow_inf_nan=True)


class TokenPrediction(Lenient):
    """A token of a text, or several tokens joined, and how sure the model is of each label."""

    token: str
    token_id: int | None = None
    start: int
    end: int
    results: dict[str, float]
