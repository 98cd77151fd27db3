"""Reads an incomplete object from the beginning of a JSON text.

Theory of operation. Pydantic's own JSON reader accepts a text that stops anywhere and returns what is there.
`open_value` converts that value to its type. A number at the very end may get more digits, so it counts as not arrived.

Reading starts from the beginning each time. To keep the total cost linear, the text is read again only once it has
grown by a share of itself, and once when it has ended.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Generic, TypeVar

from pydantic_core import from_json

from ..._characters import whole_escapes
from .open_value import MISSING, may_be, opened, plain_kind
from .schema import WRAPPED, Schema
from .shape import shape_of

if TYPE_CHECKING:
    from typing_extensions import TypeForm

T = TypeVar("T")

GROWTH = 0.15
"""The text is read again after it has grown by this share of itself."""

LEAST = 12
"""The least number of characters by which it grows."""

OPEN_NUMBER = re.compile(r"[:,\[]\s*(-?[\d.eE+-]+)\Z")
LONGEST_NUMBER = 400


class PartialReader(Generic[T]):
    """Reads the text of a stream again and again as it grows.

    Attributes:
        missing: The fields of the object that had not arrived at the last reading.
    """

    __slots__ = ("_next", "_pieces", "_read", "_size", "missing", "schema")

    def __init__(self, schema: Schema[T]) -> None:
        self.schema = schema
        self._pieces: list[str] = []
        self._size = 0
        self._read = 0
        self._next = 1.0
        self.missing: tuple[str, ...] = ()

    def add(self, piece: str) -> T | None:
        """Add a piece. Return what can be read now, or None if too little has arrived since the last time."""
        self._pieces.append(piece)
        self._size += len(piece)
        return None if self._size < self._next else self._again()

    def end(self) -> T | None:
        """Note the end of the text. Return what can be read of all of it, or None if that was returned already."""
        return None if self._read == self._size else self._again()

    @property
    def text(self) -> str:
        """The text so far."""
        self._pieces = ["".join(self._pieces)]
        return self._pieces[0]

    def _again(self) -> T | None:
        self._read = self._size
        self._next = self._size + max(LEAST, self._size * GROWTH)
        found = _read(self.schema, self.text)
        if found is None:
            return None
        read, self.missing = found
        return read


def read_partial(schema: Schema[T], text: str) -> T | None:
    """Return what a text holds so far, without the missing parts. None if nothing can be read."""
    found = _read(schema, text)
    return None if found is None else found[0]


def _read(schema: Schema[T], text: str) -> tuple[T, tuple[str, ...]] | None:
    """Return what a text holds so far, and which of its fields have not arrived."""
    begun = _without_open_number(text)
    try:
        value = _begun(begun)
    except ValueError:
        try:
            value = _begun(whole_escapes(begun))
        except ValueError:
            return None
    if schema.wrapped and isinstance(value, dict) and WRAPPED in value:
        value = value[WRAPPED]
    elif (schema.wrapped and not (value and may_be(plain_kind(schema.kind, value), value))) or (
        not schema.wrapped and not isinstance(value, dict)
    ):
        return None
    read = opened(schema.kind, value)
    return None if read is MISSING else (_typed(schema.kind, read), _missing_fields(schema.kind, value))


def _begun(text: str) -> object:
    value: object = from_json(text, allow_partial="trailing-strings")
    return value


def _missing_fields(kind: object, value: object) -> tuple[str, ...]:
    """Return the fields of an object that its text does not contain yet."""
    if not isinstance(value, dict):
        return ()
    shape = shape_of(plain_kind(kind, value))
    if shape is None:
        return ()
    return tuple(each.name for each in shape.fields if not any(key in value for key in each.keys))


def _without_open_number(text: str) -> str:
    found = OPEN_NUMBER.search(text, max(0, len(text) - LONGEST_NUMBER))
    return text[: found.start(1)] if found else text


def _typed(kind: TypeForm[T], value: object) -> T:
    # A `kind` with parts missing: that is what partial means, and no type can express it.
    return value  # type: ignore[return-value]  # pyright: ignore[reportReturnType]
