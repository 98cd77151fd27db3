"""An object that is not yet whole: what can be read of a JSON text whose end has not come.

Theory of operation. Pydantic's own JSON reader takes a text that stops anywhere and gives what is there. Of that, only
the last item of each object and list is still open; everything before it is closed and can be validated. So the closed
parts are read by their types, and the open tail is put in as it is: its constraints may not hold yet. Fields of a model
that have not come are None, or their default.

Reading starts from the beginning each time. To keep the whole cost linear in the text, it is read again only when it
has grown by a part of itself.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Generic, TypeVar, Union, get_args, get_origin, get_type_hints, is_typeddict

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import from_json

from .schema import WRAPPED, Schema

if TYPE_CHECKING:
    from typing_extensions import TypeForm

T = TypeVar("T")

GROWTH = 0.15
"""Part of itself by which a text grows before it is read again."""

LEAST = 12
"""Characters by which it grows at least."""

MISSING = object()


class PartialReader(Generic[T]):
    """Reads the text of a stream again and again, ever fuller."""

    __slots__ = ("_next", "_pieces", "_schema", "_size")

    def __init__(self, schema: Schema[T]) -> None:
        self._schema = schema
        self._pieces: list[str] = []
        self._size = 0
        self._next = 1.0

    def add(self, piece: str) -> T | None:
        """Take a piece in: what can be read now, or None where it is not worth reading yet."""
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size < self._next:
            return None
        self._next = self._size + max(LEAST, self._size * GROWTH)
        text = "".join(self._pieces)
        self._pieces = [text]
        return read_partial(self._schema, text)


def read_partial(schema: Schema[T], text: str) -> T | None:
    """What a text holds so far, its missing parts left out; None where nothing can be read."""
    try:
        value: object = from_json(text, allow_partial="trailing-strings")
    except ValueError:
        return None
    if schema.wrapped and isinstance(value, dict):
        value = value.get(WRAPPED)
    return None if value is None else _typed(schema.kind, _open(schema.kind, value))


def _typed(kind: TypeForm[T], value: object) -> T:
    # A `kind` but for what has not come: that is what partial means, and what no type can say.
    return value  # type: ignore[return-value]  # pyright: ignore[reportReturnType]


def _open(kind: object, value: object) -> object:
    """A value whose last part may not be whole, as far as possible in the form of its type."""
    kind = _plain(kind, value)
    if isinstance(value, dict):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return _open_model(kind, value)
        if isinstance(kind, type) and dataclasses.is_dataclass(kind):
            return _open_dataclass(kind, value)
        if is_typeddict(kind):
            return _open_fields(get_type_hints(kind, include_extras=True), value)
    if isinstance(value, list) and value and get_origin(kind) in (list, set, frozenset, tuple, Sequence):
        item = get_args(kind)[0]
        return [*(_closed(item, each) for each in value[:-1]), _open(item, value[-1])]
    return value


def _plain(kind: object, value: object) -> object:
    """The type without annotations, and of a union the one alternative that the value can be."""
    if get_origin(kind) is Annotated:
        return _plain(get_args(kind)[0], value)
    if get_origin(kind) in (Union, types.UnionType):
        fitting = [each for each in get_args(kind) if _may_be(_plain(each, value), value)]
        return _plain(fitting[0], value) if len(fitting) == 1 else None
    return kind


def _may_be(kind: object, value: object) -> bool:
    if isinstance(value, dict):
        fields = isinstance(kind, type) and (issubclass(kind, BaseModel) or dataclasses.is_dataclass(kind))
        return fields or is_typeddict(kind)
    return isinstance(value, list) and get_origin(kind) in (list, set, frozenset, tuple, Sequence)


def _open_model(kind: type[BaseModel], value: dict[str, object]) -> BaseModel:
    hints: dict[str, object] = {}
    given: dict[str, object] = {}
    for name, info in kind.model_fields.items():
        hints[name] = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
        for key in (info.validation_alias, info.alias, name):
            if isinstance(key, str) and key in value:
                given[name] = value[key]
                break
    last = _last(value, given)
    read = {name: _item(hints[name], each, name == last) for name, each in given.items()}
    for name, info in kind.model_fields.items():
        if name not in read:
            read[name] = None if info.is_required() else info.get_default(call_default_factory=True, validated_data={})
    return kind.model_construct(set(given), **read)


def _open_dataclass(kind: type[object], value: dict[str, object]) -> object:
    hints = get_type_hints(kind, include_extras=True)
    read = _open_fields(hints, value)
    instance = object.__new__(kind)
    for name in hints:
        object.__setattr__(instance, name, read.get(name, getattr(kind, name, None)))
    return instance


def _open_fields(hints: dict[str, object], value: dict[str, object]) -> dict[str, object]:
    last = next(reversed(value), None)
    return {name: _item(hints.get(name, object), each, name == last) for name, each in value.items()}


def _last(value: dict[str, object], given: dict[str, object]) -> str | None:
    """Name of the field that the last key belongs to."""
    tail = value[next(reversed(value))] if value else MISSING
    return next((name for name, each in given.items() if each is tail), None)


def _item(hint: object, value: object, is_open: bool) -> object:
    return _open(hint, value) if is_open else _closed(hint, value)


def _closed(hint: object, value: object) -> object:
    """A value that is whole: validated, or left as it is where it is not valid, which the whole will be told of."""
    try:
        return _adapter(hint).validate_python(value)
    except (ValidationError, TypeError):
        return value


@lru_cache(maxsize=512)
def _adapter(hint: object) -> TypeAdapter[object]:
    # The annotation of a field, which is known at run time only.
    adapter: TypeAdapter[object] = TypeAdapter(hint)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    return adapter
