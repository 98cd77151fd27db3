"""Reads replies of rerank, classification and token labels: one result for each text, all in one list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

from ...errors import ResponseValidationError
from ...types.embeddings import RerankResult
from ...types.many import InputFailure, Results
from ..reply.positions import check_count, check_positions
from ..reply.response import WholeResponse
from ..reply.validate import read_as
from .cutting import Part

T = TypeVar("T")


def read_scores(part: Part, response: WholeResponse) -> Results[RerankResult]:
    """Return the scores of a part's texts, each with its position among all texts.

    Raises:
        ResponseValidationError: The reply does not hold one score for each text; `results` has those that it holds.
    """
    scores = read_as(list[RerankResult], response)
    count = len(part.texts)
    indices = [each.index for each in scores]
    for each in scores:
        each.index += part.start
    try:
        check_positions(indices, count, "scores", response, first=part.start)
    except ResponseValidationError as error:
        times = Counter(indices)
        sound = [each for each, index in zip(scores, indices, strict=True) if times[index] == 1 and 0 <= index < count]
        missing = sorted({*part.indices} - {each.index for each in sound})
        error.results = Results(sound, missing=missing) if sound else None
        raise
    return Results(scores)


def read_labels(kind: type[list[T]], part: Part, response: WholeResponse, what: str) -> Results[T]:
    """Return the labels of a part's texts, in their order.

    Raises:
        ResponseValidationError: The reply does not hold one result for each text.
    """
    labels = read_as(kind, response)
    check_count(len(labels), len(part.texts), what, response, first=part.start)
    return Results(labels)


class ScoreStore:
    """Collects the scores of parts in one list, best first."""

    def __init__(self) -> None:
        self._scores: list[RerankResult] = []

    def add(self, part: Part, found: Results[RerankResult]) -> None:
        self._scores += found

    def keep(self, part: Part, found: object) -> Sequence[int]:
        """Add the scores of a reply that lacks others."""
        if not isinstance(found, Results):
            return part.indices
        self._scores += [each for each in found if isinstance(each, RerankResult)]
        return found.missing

    def result(self, failures: tuple[InputFailure, ...], rows: int) -> Results[RerankResult]:
        """Return everything that came, best first."""
        scores = sorted(self._scores, key=lambda each: (-each.score, each.index))
        found = {each.index for each in scores}
        return Results(scores, failures=failures, missing=[row for row in range(rows) if row not in found])


class LabelStore(dict[int, list[T]]):
    """Collects the labels of parts in one list, in the order of the texts. A text without labels has an empty list."""

    def add(self, part: Part, found: Results[list[T]]) -> None:
        self.update(zip(part.indices, found, strict=True))

    def keep(self, part: Part, found: object) -> Sequence[int]:
        """Add nothing: labels have no positions, so the labels in an incomplete reply may belong to any text."""
        return part.indices

    def result(self, failures: tuple[InputFailure, ...], rows: int) -> Results[list[T]]:
        """Return everything that came."""
        missing = [row for row in range(rows) if row not in self]
        return Results([self.get(row, []) for row in range(rows)], failures=failures, missing=missing)
