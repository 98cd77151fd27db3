"""The types that a user asks for: what reads them, how messages name them, and which values are refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import is_dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar, get_origin

from pydantic import BaseModel, TypeAdapter

from .errors import InvalidRequestError

if TYPE_CHECKING:
    from typing_extensions import TypeForm

T = TypeVar("T")

_ORIGIN = re.compile(
    r"""('(?:[^'\\]|\\.?)*+(?:'|\Z)|"(?:[^"\\]|\\.?)*+(?:"|\Z))|(?<![\w<>])(?:[A-Za-z_<][\w<>]*\.)+(?=[A-Za-z_])"""
)
"""Where a type comes from, as it stands before its name; or a text in quotes, which stays."""

LONGEST_NAME = 100


def adapter_of(kind: TypeForm[T], argument: str = "response_model") -> TypeAdapter[T]:
    """Return what reads a type that was given as an argument.

    Raises:
        InvalidRequestError: It is not a type, or pydantic cannot validate it.
    """
    try:
        return _cached_adapter(kind, argument)  # type: ignore[arg-type]  # what is not hashable raises TypeError
    except TypeError:
        return _adapter(kind, argument)


def check_type(kind: object, argument: str) -> None:
    """Refuse values that stand where a type belongs. Other objects are left to pydantic.

    Args:
        argument: The name of the argument that it was given as.

    Raises:
        InvalidRequestError: It is not a type. The message says what to pass.
    """
    if isinstance(kind, type) or get_origin(kind) is not None:
        return
    if isinstance(kind, BaseModel) or is_dataclass(kind):
        name = type(kind).__name__
        raise InvalidRequestError(f"{argument} must be a class, not an instance of it: pass {argument}={name}.")
    if isinstance(kind, Mapping | str | bytes | int | float | list | tuple | set):
        raise InvalidRequestError(
            f"{argument} must be a type, such as a pydantic model, `list[int]` or `dict`, not {type(kind).__name__} "
            f"{_shortened(repr(kind))}."
        )


def type_name(kind: object) -> str:
    """Return a type as a user writes it: `Invoice`, `list[Invoice]`, `int | None`, `Literal['a', 'b']`."""
    if isinstance(kind, type) and get_origin(kind) is None:
        return kind.__name__
    return _shortened(_ORIGIN.sub(lambda found: found[1] or "", str(kind)))


@lru_cache(maxsize=256)
def _cached_adapter(kind: TypeForm[T], argument: str) -> TypeAdapter[T]:
    return _adapter(kind, argument)


def _adapter(kind: TypeForm[T], argument: str) -> TypeAdapter[T]:
    check_type(kind, argument)
    try:
        return TypeAdapter(kind)
    except Exception as error:  # code of the type runs here, and pydantic lets its errors through
        reason = str(getattr(error, "message", error)).partition("\n")[0]
        raise InvalidRequestError(
            f"{argument}={type_name(kind)} is not a type that pydantic can validate: {reason}"
        ) from None


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 3]}..."
