"""The shape of a type with named fields: the keys of its fields, and how to make an unvalidated instance of some of
them.

Pydantic models, dataclasses and TypedDicts are handled alike. Nothing in this module raises for an unknown type: such a
type has no shape.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Annotated, get_args, get_origin, get_type_hints

from pydantic import AliasChoices, BaseModel, RootModel
from pydantic.fields import FieldInfo

QUALIFIERS = frozenset({"Required", "NotRequired", "ReadOnly", "Final"})
"""Wrappers around the type of a field that are not part of it."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field.

    Attributes:
        keys: The JSON keys that it is read from, in order of preference.
        default: Makes the value to use until it arrives.
    """

    name: str
    keys: tuple[str, ...]
    hint: object
    default: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Shape:
    """A type's fields, and how to make an instance of them."""

    fields: tuple[Field, ...]
    make: Callable[[dict[str, object]], object]

    def field(self, key: str) -> Field | None:
        """Return the field that a key belongs to."""
        return next((each for each in self.fields if key in each.keys), None)


def shape_of(kind: object) -> Shape | None:
    """Return the shape of a type, or None if it has no named fields."""
    origin = get_origin(kind)
    named = origin if isinstance(origin, type) else kind
    if not isinstance(named, type):
        return None
    if issubclass(named, BaseModel):
        return None if issubclass(named, RootModel) else _of_model(named)
    if dataclasses.is_dataclass(named) or is_typed_dict(named):
        return _of_class(named)  # type: ignore[arg-type]  # mypy finds no hash in a class
    return None


def is_typed_dict(kind: object) -> bool:
    """Whether it is a TypedDict, from `typing` or `typing_extensions`."""
    return isinstance(kind, type) and issubclass(kind, dict) and hasattr(kind, "__required_keys__")


@lru_cache(maxsize=256)
def _of_model(kind: type[BaseModel]) -> Shape:
    fields = tuple(_field(name, info) for name, info in kind.model_fields.items())
    return Shape(fields, partial(_construct, kind))


@lru_cache(maxsize=256)
def _of_class(kind: type[object]) -> Shape | None:
    try:
        hints = get_type_hints(kind, include_extras=True)
        infos: dict[str, FieldInfo] = dict(getattr(kind, "__pydantic_fields__", {}))
        fields = [_field(name, infos.get(name) or _info(hints[name])) for name in _names(kind, hints)]
    except Exception:  # A name cannot be resolved, or an annotation raises.
        return None
    if is_typed_dict(kind):
        return Shape(tuple(fields), dict)
    if not infos:
        defaults = _defaults(kind)
        fields = [dataclasses.replace(each, default=defaults.get(each.name, each.default)) for each in fields]
    return Shape(tuple(fields), partial(_filled, kind, tuple(fields)))


def _names(kind: type[object], hints: Mapping[str, object]) -> list[str]:
    return [each.name for each in dataclasses.fields(kind)] if dataclasses.is_dataclass(kind) else list(hints)


def _info(hint: object) -> FieldInfo:
    # An annotation is known only at run time.
    return FieldInfo.from_annotation(_bare(hint))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def _bare(hint: object) -> object:
    while getattr(get_origin(hint), "_name", None) in QUALIFIERS:
        hint = get_args(hint)[0]
    return hint


def _field(name: str, info: FieldInfo) -> Field:
    hint = _bare(info.annotation)
    typed = Annotated[(hint, *info.metadata)] if info.metadata else hint
    keys: list[str] = []
    for alias in (info.validation_alias, info.alias, name):
        choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
        keys += [each for each in choices if isinstance(each, str) and each not in keys]
    return Field(name, tuple(keys), typed, partial(_default, info))


def _default(info: FieldInfo) -> object:
    if info.is_required():
        return None
    try:
        made: object = info.get_default(call_default_factory=True, validated_data={})
    except Exception:  # A factory may need a value that has not arrived.
        return None
    return made


def _defaults(kind: type[object]) -> dict[str, Callable[[], object]]:
    found: dict[str, Callable[[], object]] = {}
    for each in dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else ():
        if each.default_factory is not dataclasses.MISSING:
            found[each.name] = each.default_factory
        elif isinstance(each.default, FieldInfo):
            found[each.name] = partial(_default, each.default)
        elif each.default is not dataclasses.MISSING:
            found[each.name] = partial(_same, each.default)
    return found


def _same(value: object) -> object:
    return value


def _construct(kind: type[BaseModel], read: dict[str, object]) -> BaseModel:
    missing = {name: _default(info) for name, info in kind.model_fields.items() if name not in read}
    return kind.model_construct(set(read), **read, **missing)


def _filled(kind: type[object], fields: tuple[Field, ...], read: dict[str, object]) -> object:
    instance = object.__new__(kind)
    for each in fields:
        value = read[each.name] if each.name in read else each.default()
        object.__setattr__(instance, each.name, value)
    return instance
