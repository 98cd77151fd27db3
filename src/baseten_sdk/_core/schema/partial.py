"""Reads an incomplete object from the beginning of a JSON text.

Theory of operation. Pydantic's own JSON reader accepts a text that stops anywhere and returns what is there. In that
value, only the last item of each object and list is still open. Everything before it is closed and can be validated. So
the closed parts are read by their types, and the open tail is added unchanged, because its constraints may not hold
yet. Fields of a model that have not arrived are None, or their default. A number at the very end may get more digits,
and it may not be clear yet which alternative of a union has come. Such values count as not arrived.

Reading starts from the beginning each time. To keep the total cost linear, the text is read again only once it has
grown by a share of itself, and once when it has ended.
"""

from __future__ import annotations

import re
import types
from collections.abc import Mapping, Sequence, Set as AbstractSet
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Generic, Literal, TypeVar, Union, get_args, get_origin

from pydantic import RootModel, TypeAdapter
from pydantic_core import from_json

from ..._characters import whole_escapes
from .schema import WRAPPED, Schema
from .shape import Field, Shape, shape_of

if TYPE_CHECKING:
    from typing_extensions import TypeForm

T = TypeVar("T")

GROWTH = 0.15
"""The text is read again after it has grown by this share of itself."""

LEAST = 12
"""The least number of characters by which it grows."""

OPEN_NUMBER = re.compile(r"[:,\[]\s*(-?[\d.eE+-]+)\Z")
LONGEST_NUMBER = 400

LISTS = frozenset({list, set, frozenset, tuple, Sequence, AbstractSet})
MAPPINGS = frozenset({dict, Mapping})


class _Missing:
    """A value that has not arrived, or not far enough to tell what it is."""


MISSING = _Missing()


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
    elif (schema.wrapped and not (value and _may_be(_plain(schema.kind, value), value))) or (
        not schema.wrapped and not isinstance(value, dict)
    ):
        return None
    read = _open(schema.kind, value)
    return None if read is MISSING else (_typed(schema.kind, read), _missing_fields(schema.kind, value))


def _begun(text: str) -> object:
    value: object = from_json(text, allow_partial="trailing-strings")
    return value


def _missing_fields(kind: object, value: object) -> tuple[str, ...]:
    """Return the fields of an object that its text does not contain yet."""
    if not isinstance(value, dict):
        return ()
    shape = shape_of(_plain(kind, value))
    if shape is None:
        return ()
    return tuple(each.name for each in shape.fields if not any(key in value for key in each.keys))


def _without_open_number(text: str) -> str:
    found = OPEN_NUMBER.search(text, max(0, len(text) - LONGEST_NUMBER))
    return text[: found.start(1)] if found else text


def _typed(kind: TypeForm[T], value: object) -> T:
    # A `kind` with parts missing: that is what partial means, and no type can express it.
    return value  # type: ignore[return-value]  # pyright: ignore[reportReturnType]


def _open(hint: object, value: object) -> object:
    """Convert a value whose last part may be incomplete, as far as possible, to its type."""
    kind = _plain(hint, value)
    if kind is MISSING:
        return MISSING
    if isinstance(kind, type) and issubclass(kind, RootModel):
        return _instance(kind.model_construct, _open(kind.model_fields["root"].annotation, value))
    if isinstance(value, dict):
        shape = shape_of(kind)
        return _open_fields(shape, value) if shape is not None else _open_mapping(kind, value)
    if isinstance(value, list) and get_origin(kind) in LISTS:
        return _open_list(kind, value)
    return value


def _open_fields(shape: Shape, value: dict[str, object]) -> object:
    last = next(reversed(value), None)
    read: dict[str, object] = {}
    for each in shape.fields:
        key = next((key for key in each.keys if key in value), None)
        if key is not None:
            item = _item(each.hint, value[key], key == last)
            if item is not MISSING:
                read[each.name] = item
    return _instance(shape.make, read)


def _open_mapping(kind: object, value: dict[str, object]) -> object:
    if get_origin(kind) not in MAPPINGS:
        return value
    hint = get_args(kind)[1]
    last = next(reversed(value), None)
    items = {key: _item(hint, each, key == last) for key, each in value.items()}
    return {key: each for key, each in items.items() if each is not MISSING}


def _open_list(kind: object, value: list[object]) -> object:
    hints = get_args(kind)
    last = len(value) - 1
    kinds = hints if get_origin(kind) is tuple and hints[1:] != (...,) else hints[:1] * len(value)
    items = [
        _item(hint, each, position == last) for position, (hint, each) in enumerate(zip(kinds, value, strict=False))
    ]
    come = [each for each in items if each is not MISSING]
    return tuple(come) if get_origin(kind) is tuple else come


def _item(hint: object, value: object, is_open: bool) -> object:
    return _open(hint, value) if is_open else _closed(hint, value)


def _instance(make: object, value: object) -> object:
    """Make an instance without validation. Return nothing if that fails, as a hook of the caller's code may."""
    if value is MISSING or not callable(make):
        return MISSING
    try:
        made: object = make(value)
    except Exception:
        return MISSING
    return made


def _plain(kind: object, value: object) -> object:
    """Strip annotations and names from a type. Reduce a union to the one alternative that the value can be."""
    if get_origin(kind) is Annotated:
        return _plain(get_args(kind)[0], value)
    for alias in ("__value__", "__supertype__"):
        if not isinstance(kind, type) and hasattr(kind, alias):
            return _plain(getattr(kind, alias), value)
    if get_origin(kind) not in (Union, types.UnionType):
        return kind
    fitting = [each for each in (_plain(each, value) for each in get_args(kind)) if _may_be(each, value)]
    if len(fitting) == 1:
        return fitting[0]
    return MISSING if isinstance(value, dict) else None


def _may_be(kind: object, value: object) -> bool:
    """Whether the closed parts of an object or a list allow this type."""
    if kind is MISSING:
        return True
    if isinstance(kind, type) and issubclass(kind, RootModel):
        return _may_be(_plain(kind.model_fields["root"].annotation, value), value)
    if isinstance(value, list):
        return get_origin(kind) in LISTS
    if not isinstance(value, dict):
        return False
    shape = shape_of(kind)
    if shape is None:
        return get_origin(kind) in MAPPINGS
    last = next(reversed(value), None)
    return all(_fits(shape.field(key), each) for key, each in value.items() if key != last)


def _fits(field: Field | None, value: object) -> bool:
    return field is not None and (get_origin(field.hint) is not Literal or value in get_args(field.hint))


def _closed(hint: object, value: object) -> object:
    """Validate a complete value. An invalid one stays as it is: validating the whole reports it later."""
    try:
        return _adapter(hint).validate_python(value)
    except Exception:  # A validator in the caller's code may raise anything.
        return value


@lru_cache(maxsize=512)
def _adapter(hint: object) -> TypeAdapter[object]:
    # The annotation of a field is known only at run time.
    adapter: TypeAdapter[object] = TypeAdapter(hint)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    return adapter
