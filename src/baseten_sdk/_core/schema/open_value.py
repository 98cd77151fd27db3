"""Converts a value whose end has not arrived to its type, without validating what is still open.

Theory of operation. Only the last item of each object and list is still open. Everything before it is closed and can be
validated. So the closed parts are read by their types, and the open tail is added unchanged, because its constraints
may not hold yet. Fields of a model that have not arrived are None, or their default. It may not be clear yet which
alternative of a union has come: then the value counts as not arrived.
"""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence, Set as AbstractSet
from functools import lru_cache
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import RootModel, TypeAdapter

from .shape import Field, Shape, shape_of

LISTS = frozenset({list, set, frozenset, tuple, Sequence, AbstractSet})
MAPPINGS = frozenset({dict, Mapping})


class _Missing:
    """A value that has not arrived, or not far enough to tell what it is."""


MISSING = _Missing()


def opened(hint: object, value: object) -> object:
    """Convert a value whose last part may be incomplete, as far as possible, to its type."""
    kind = plain_kind(hint, value)
    if kind is MISSING:
        return MISSING
    if isinstance(kind, type) and issubclass(kind, RootModel):
        return _instance(kind.model_construct, opened(kind.model_fields["root"].annotation, value))
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
    return opened(hint, value) if is_open else _closed(hint, value)


def _instance(make: object, value: object) -> object:
    """Make an instance without validation. Return nothing if that fails, as a hook of the caller's code may."""
    if value is MISSING or not callable(make):
        return MISSING
    try:
        made: object = make(value)
    except Exception:
        return MISSING
    return made


def plain_kind(kind: object, value: object) -> object:
    """Strip annotations and names from a type. Reduce a union to the one alternative that the value can be."""
    if get_origin(kind) is Annotated:
        return plain_kind(get_args(kind)[0], value)
    for alias in ("__value__", "__supertype__"):
        if not isinstance(kind, type) and hasattr(kind, alias):
            return plain_kind(getattr(kind, alias), value)
    if get_origin(kind) not in (Union, types.UnionType):
        return kind
    fitting = [each for each in (plain_kind(each, value) for each in get_args(kind)) if may_be(each, value)]
    if len(fitting) == 1:
        return fitting[0]
    return MISSING if isinstance(value, dict) else None


def may_be(kind: object, value: object) -> bool:
    """Whether the closed parts of an object or a list allow this type."""
    if kind is MISSING:
        return True
    if isinstance(kind, type) and issubclass(kind, RootModel):
        return may_be(plain_kind(kind.model_fields["root"].annotation, value), value)
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
