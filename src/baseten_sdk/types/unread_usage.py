"""A usage that is read when somebody looks at it.

It comes with every chunk of Baseten's, is up to half of what there is to read of one, and is looked at once a stream,
if at all. So the reader of a stream may leave its JSON in the place of the field (`leave_unread`), and the first look
at it reads that. What compares, shows or writes a chunk looks at it; copies and pickles take it along as it is.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError
from pydantic_core import core_schema

from .reply import Lenient
from .usage import Usage

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler

__all__ = ["FIELD", "LooksAtUsage", "UsageAlways", "UsageWhenRead", "kept_usage", "leave_unread", "read_usage"]

FIELD = "usage"


def leave_unread(holder: object, kept: object) -> None:
    """Keep what another keeps, or the JSON of a usage, with the brace that ends the chunk behind it."""
    holder.__dict__[FIELD] = kept


def kept_usage(chunk: BaseModel) -> object:
    """What stands in the place of the field; only `read_usage` knows what to make of it. None where there is none."""
    return chunk.__dict__.get(FIELD)


def read_usage(kept: object) -> Usage | None:
    """The usage that was kept; None where there is none, or where its numbers are none."""
    if isinstance(kept, bytes):
        try:
            return Usage.model_validate_json(kept[:-1])
        except ValidationError:
            return None
    return kept if isinstance(kept, Usage) else None


def _written(kept: object, write: core_schema.SerializerFunctionWrapHandler) -> object:
    return write(read_usage(kept) if isinstance(kept, bytes) else kept)


@dataclass(frozen=True, slots=True)
class UsageWhenRead:
    """Annotation of the field: it is written as what can be read of it."""

    def __get_pydantic_core_schema__(
        self, source: type[object], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        written = core_schema.wrap_serializer_function_ser_schema(_written, schema=handler(source))
        return core_schema.nullable_schema(handler.generate_schema(Usage), serialization=written)


class UsageAttribute:
    """The attribute, which comes before what its holder keeps under the name since it can be set, too."""

    def __get__(self, holder: object, owner: type[object]) -> Usage | None:
        if holder is None:
            raise AttributeError(FIELD)  # as for every field of a model; a value here would be taken for its default
        kept = holder.__dict__.get(FIELD)
        if kept is None or isinstance(kept, Usage):
            return kept
        usage = holder.__dict__[FIELD] = read_usage(kept)
        return usage

    def __set__(self, holder: object, value: object) -> None:
        holder.__dict__[FIELD] = value


class UsageAlways(UsageAttribute):
    """Of a holder that has no None: where the numbers are none, none were used."""

    def __get__(self, holder: object, owner: type[object]) -> Usage:
        return super().__get__(holder, owner) or Usage()


ATTRIBUTE = UsageAttribute()


class LooksAtUsage(Lenient):
    """Whoever compares or shows a chunk looks at its usage first."""

    @classmethod
    def __pydantic_init_subclass__(cls, **options: object) -> None:
        setattr(cls, FIELD, ATTRIBUTE)

    def __eq__(self, other: object) -> bool:
        for each in (self, other):
            if isinstance(each, LooksAtUsage):
                ATTRIBUTE.__get__(each, type(each))
        return super().__eq__(other)

    def __repr_args__(self) -> Iterable[tuple[str | None, object]]:
        ATTRIBUTE.__get__(self, type(self))
        return super().__repr_args__()

    def __iter__(self) -> Generator[tuple[str, object], None, None]:
        ATTRIBUTE.__get__(self, type(self))
        yield from super().__iter__()
