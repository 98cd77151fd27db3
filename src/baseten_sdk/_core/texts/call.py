"""The calls of an embedding engine as values: how to ask for the texts of one part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from ...types.embeddings import Classification, RerankResult, TokenPrediction
from ...types.many import InputFailure, Results
from ..reply.response import WholeResponse
from ..request.embeddings import classify_body, engine_request, rerank_body
from ..request.options import Options
from ..request.request import Request
from .cutting import Part
from .scores import read_labels, read_scores

V = TypeVar("V")
V_contra = TypeVar("V_contra", contravariant=True)
R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True, slots=True)
class TextCall(Generic[V]):
    """One kind of call.

    Attributes:
        request: Makes the request for the texts of a part.
        read: Reads its reply. What it raises has the results of the other texts in `results`.
    """

    request: Callable[[Part, Options], Request]
    read: Callable[[Part, WholeResponse], V]


class Store(Protocol[V_contra, R_co]):
    """Joins the results of parts."""

    def add(self, part: Part, found: V_contra) -> None:
        """Take the results of a part."""
        ...

    def keep(self, part: Part, found: object) -> Sequence[int]:
        """Take what is good of a part that failed, the `results` of its error. Return the inputs without a result."""
        ...

    def result(self, failures: tuple[InputFailure, ...], rows: int) -> R_co:
        """Return everything that came, of this many inputs."""
        ...


def rerank_call(url: str, query: str, optional: Mapping[str, object]) -> TextCall[Results[RerankResult]]:
    """Score how well texts match a query."""
    return TextCall(
        lambda part, options: engine_request(url, rerank_body(query, part.texts, optional), options), read_scores
    )


def classify_call(url: str, optional: Mapping[str, object]) -> TextCall[Results[list[Classification]]]:
    return TextCall(
        lambda part, options: engine_request(url, classify_body(part.texts, optional), options),
        lambda part, response: read_labels(list[list[Classification]], part, response, "lists of labels"),
    )


def tokens_call(url: str, optional: Mapping[str, object]) -> TextCall[Results[list[TokenPrediction]]]:
    return TextCall(
        lambda part, options: engine_request(url, classify_body(part.texts, optional), options),
        lambda part, response: read_labels(list[list[TokenPrediction]], part, response, "lists of tokens"),
    )
