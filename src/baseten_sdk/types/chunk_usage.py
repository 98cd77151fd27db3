"""The usage of a chunk, read when somebody looks at it.

It comes with every chunk of Baseten's, is up to half of what there is to read of one, and is looked at once a stream,
if at all. Straight from JSON a chunk keeps the plain values that were sent, in the place of the field; the first look
at it reads them. What compares, shows or writes a chunk looks at it; copies and pickles take it along as it is.

Usage only tells of the answer: what is odd in it is left out, as `_core.mend` does with the rest of a reply.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError
from pydantic_core import core_schema

from .chat import Usage
from .reply import Lenient

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

__all__ = ["LooksAtUsage", "UsageWhenRead", "read_usage"]

FIELD = "usage"


def read_usage(value: object) -> Usage | None:
    """The usage that plain values hold; None where they hold none."""
    if value is None or isinstance(value, Usage):
        return value
    try:
        return Usage.model_validate(value)
    except ValidationError as error:
        odd = {problem["loc"][0] for problem in error.errors() if problem["loc"]}
    if not isinstance(value, dict):
        return None
    return Usage.model_validate({name: part for name, part in value.items() if name not in odd})


def _written(value: object, write: core_schema.SerializerFunctionWrapHandler) -> object:
    return write(read_usage(value))


@dataclass(frozen=True, slots=True)
class UsageWhenRead:
    """Annotation of the field: from JSON anything is taken as it is; it is written as what can be read of it."""

    def __get_pydantic_core_schema__(
        self, source: type[object], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        usage = handler(source)
        return core_schema.json_or_python_schema(
            core_schema.any_schema(),
            usage,
            serialization=core_schema.wrap_serializer_function_ser_schema(_written, schema=usage),
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.JsonOrPythonSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(schema["python_schema"])


class UsageAttribute:
    """The attribute, which comes before what the chunk keeps under its name since it can be set, too."""

    def __get__(self, chunk: BaseModel | None, owner: type[BaseModel]) -> Usage | None:
        if chunk is None:
            raise AttributeError(FIELD)  # as for every field of a model; a value here would be taken for its default
        kept = chunk.__dict__
        value = kept.get(FIELD)
        if value is None or isinstance(value, Usage):
            return value
        usage = kept[FIELD] = read_usage(value)
        return usage

    def __set__(self, chunk: BaseModel, value: object) -> None:
        chunk.__dict__[FIELD] = value


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
