"""The partial objects of a stream, as plain values: what `partials()` of a stream returns."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Generic, Self, TypeVar

from ...types.events import PartialObject

T = TypeVar("T")


class AsyncPartials(Generic[T]):
    """The partial objects of a stream.

    Attributes:
        missing: The names of the fields of the last object that have not arrived.
    """

    def __init__(self, objects: AsyncIterator[PartialObject[T]]) -> None:
        self._objects = objects
        self.missing: tuple[str, ...] = ()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        found = await anext(self._objects)
        self.missing = found.missing
        return found.value
