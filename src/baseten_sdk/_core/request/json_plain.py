"""What stands for a value that is not plain JSON: a dict, a list, a text or a number, or the reason why nothing can."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence, Set as AbstractSet
from decimal import Decimal
from types import FunctionType, MethodType
from typing import Protocol, get_origin, runtime_checkable

from pydantic_core import to_jsonable_python

from ..._kinds import type_name
from ..._numbers import SupportsArray


@runtime_checkable
class SupportsRead(Protocol):
    """An open file."""

    def read(self) -> object: ...


class Refused(TypeError):
    """A value cannot be encoded as JSON. The message says why."""


def plain(value: object) -> object:
    """Convert a value that is not plain JSON for the encoder, one level deep if that is enough."""
    if isinstance(value, type) or get_origin(value) is not None:
        raise Refused(
            f"{type_name(value)} is a type; pass a value of it. For the type of a reply, pass it as response_model="
        )
    if hasattr(value, "__pydantic_serializer__"):
        return to_jsonable_python(value)
    match value:
        case SupportsRead():
            raise Refused("an open file has no JSON form; pass its content, file.read(), or send a form with files=")
        case FunctionType() | MethodType():
            raise Refused(f"the function {value.__name__} has no JSON form; pass what it returns")
        case bytes() | bytearray() | memoryview():
            raise Refused(f"{type(value).__name__} has no JSON form; send text, or base64 of it")
        case AbstractSet():
            raise Refused(f"{type(value).__name__} has no order and no JSON form; send a list")
        case Iterator() | AsyncIterator():
            raise Refused(f"{type(value).__name__} can be read only once and has no JSON form; send a list")
        case complex():
            raise Refused("complex has no JSON form; send a list of two numbers")
        case Decimal() if not value.is_finite():
            raise Refused(f"{value} has no JSON form")
        case Mapping():
            return dict(value)
        case Sequence():
            return list(value)
        case SupportsArray():
            return value.tolist()
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        case _:
            return to_jsonable_python(value)
