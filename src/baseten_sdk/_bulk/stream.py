"""The parts of `embeddings.stream`: vectors as they arrive."""

from __future__ import annotations

from typing import Self

from .._core.texts.cutting import BadText, Part
from ..batch.results.outcomes import AsyncOutcomes, Outcomes
from ..errors import BasetenError
from ..types.batch import Ok, Outcome
from ..types.many import InputFailure
from ..types.vectors import Vectors
from .run import Slot


class AsyncEmbeddingStream:
    """Vectors as they arrive. Each part has those of one request, and `start`, the position of its first input.

    Requests are made from the first `async for` on, or from `async with`, which ends those in flight if it is left
    early.
    """

    def __init__(self, outcomes: AsyncOutcomes[Slot, Vectors]) -> None:
        self._outcomes = outcomes

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Vectors:
        return _vectors(await anext(self._outcomes))

    async def __aenter__(self) -> Self:
        await self._outcomes.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End the requests that are in flight."""
        await self._outcomes.aclose()


class EmbeddingStream:
    """Vectors as they arrive. Each part has those of one request, and `start`, the position of its first input.

    Requests are made from the first iteration on, or from `with`, which ends those in flight if it is left early.
    """

    def __init__(self, outcomes: Outcomes[Slot, Vectors]) -> None:
        self._outcomes = outcomes

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Vectors:
        return _vectors(next(self._outcomes))

    def __enter__(self) -> Self:
        self._outcomes.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the requests that are in flight."""
        self._outcomes.close()


def _vectors(outcome: Outcome[Slot, Vectors]) -> Vectors:
    """Return the vectors of an outcome. A failed outcome may still hold some."""
    if isinstance(outcome, Ok):
        return outcome.value
    error = outcome.error
    found = error.results if isinstance(error, BasetenError) else None
    match outcome.row:
        case Part(start, texts):
            if not isinstance(found, Vectors):
                found = Vectors(b"", len(texts), held=bytes(len(texts)), start=start)
        case BadText(index):
            found = Vectors(b"", 1, held=b"\0", start=index)
        case None:
            raise error
    if isinstance(error, BasetenError):
        error.results = None
    found.failures = (InputFailure(found.missing, error),)
    return found
