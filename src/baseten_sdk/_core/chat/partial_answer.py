"""An answer of a type while it is written: the partial objects of a stream, in every API's form."""

from __future__ import annotations

from typing import Generic, TypeVar

from pydantic import ValidationError

from ...types.events import PartialObject
from ..schema.partial import PartialReader
from ..schema.schema import Schema
from .output import read_text

T = TypeVar("T")


class PartialAnswer(Generic[T]):
    """Makes partial objects of an answer's text."""

    __slots__ = ("_reader", "_schema")

    def __init__(self, schema: Schema[T]) -> None:
        self._schema = schema
        self._reader = PartialReader(schema)

    def add(self, piece: str) -> PartialObject[T] | None:
        """Add a piece. Return what can be read now, or None if too little has arrived since the last time."""
        return self._partial(self._reader.add(piece))

    def end(self, text: str | None = None) -> PartialObject[T] | None:
        """Note the end of the answer. Return the object, validated if it is valid. None if there is nothing new.

        Args:
            text: The whole answer, in case the pieces were not all of it.
        """
        latest = None
        if text is not None and text != self._reader.text:
            self._reader = PartialReader(self._schema)
            latest = self.add(text)
        try:
            whole = read_text(self._schema, self._reader.text)
        except ValidationError:
            return self._partial(self._reader.end()) or latest
        return PartialObject(whole)

    def _partial(self, value: T | None) -> PartialObject[T] | None:
        return None if value is None else PartialObject(value, missing=self._reader.missing)
