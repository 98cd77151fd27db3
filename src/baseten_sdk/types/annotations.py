"""Annotations of the fields of replies: how null and odd values are read.

A reply is validated straight from its JSON, strictly, and at no extra cost. Only a reply that does not validate is read
again leniently (`_core.reply.lenient`). Then the annotations say what becomes of an odd value.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic_core import PydanticKnownError, core_schema

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler


LENIENT = object()
"""Context of a validation in which an odd field costs nothing but itself (`Beside`)."""


def nothing(value: object = None) -> None:
    """Nothing can be made of it."""


def as_text(value: object) -> str | None:
    """A number where text belongs is written out."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


LARGEST = 2**53
"""The largest count. No float holds all larger integers, and some operations of a float and such an integer fail."""


def as_count(value: object) -> int | None:
    """A number in another form, without its fraction."""
    if isinstance(value, float | str):
        with suppress(ValueError, OverflowError):
            count = int(float(value))
            return count if abs(count) <= LARGEST else None
    return None


@dataclass(frozen=True, slots=True)
class NullAs:
    """Annotation: JSON null is read as the value that `make` returns.

    A choice between two schemas costs something for every value. Where null is `rare` it is a choice in Python alone:
    JSON with one is invalid at first, and the readers of replies read it again leniently (`_core.reply.lenient`).
    """

    make: Callable[[], object]
    rare: bool = False

    def __get_pydantic_core_schema__(
        self, source: type[object], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        plain = handler(source)
        either = self.beside(plain)
        return core_schema.json_or_python_schema(plain, either) if self.rare else either

    def beside(self, plain: core_schema.CoreSchema) -> core_schema.CoreSchema:
        """Return what reads null, or else what `plain` does."""
        if self.rare:
            null: core_schema.CoreSchema = core_schema.no_info_plain_validator_function(self._of_nothing)
        else:
            null = core_schema.no_info_after_validator_function(lambda _: self.make(), core_schema.none_schema())
        return core_schema.union_schema([plain, null], mode="left_to_right")

    def _of_nothing(self, value: object) -> object:
        """Some languages know one empty container, and write an empty object as a list, or a list as an object."""
        if value is None or value == [] or value == {}:
            return self.make()
        raise PydanticKnownError("none_required")


@dataclass(frozen=True, slots=True)
class Beside:
    """Annotation of a field that stands beside the answer: an odd value costs this field and nothing else.

    JSON is read strictly at first, at no cost to the usual reply. A reply that does not validate is read again as plain
    values and leniently (`_core.reply.lenient`): null reads as `make()`, and `convert` makes what it can of any other
    odd value, or returns None. Where null is common, `null_at_once` reads it the first time.
    """

    make: Callable[[], object]
    convert: Callable[[object], object] = nothing
    null_at_once: bool = False

    def __get_pydantic_core_schema__(
        self, source: type[object], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        plain = handler(source)
        odd = core_schema.with_info_plain_validator_function(self._read)
        python = core_schema.union_schema([plain, odd], mode="left_to_right")
        return core_schema.json_or_python_schema(
            NullAs(self.make).beside(plain) if self.null_at_once else plain, python
        )

    def _read(self, value: object, info: core_schema.ValidationInfo) -> object:
        if value is None:
            return self.make()
        if info.context is not LENIENT:
            raise PydanticKnownError("none_required")
        found = self.convert(value)
        return self.make() if found is None else found


@dataclass(frozen=True, slots=True)
class IfOdd:
    """Annotation of what carries the answer: `convert` makes of an odd value what it means, before it is validated.

    JSON is read without it at first, at no cost to the usual reply. A reply that does not validate is read again as
    plain values, and those are converted (`_core.reply.lenient`).
    """

    convert: Callable[[object], object]

    def __get_pydantic_core_schema__(
        self, source: type[object], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        plain = handler(source)
        return core_schema.json_or_python_schema(
            plain, core_schema.no_info_before_validator_function(self.convert, plain)
        )


@dataclass(frozen=True, slots=True)
class NullAsEmpty:
    """Annotation of a list that is null more often than it holds something: null is read as an empty one, at once."""

    def __get_pydantic_core_schema__(
        self, source: type[object], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        null = core_schema.no_info_after_validator_function(lambda _: [], core_schema.none_schema())
        return core_schema.union_schema([null, handler(source)], mode="left_to_right")


@dataclass(frozen=True, slots=True)
class Rounded:
    """Annotation of an integer: a fraction, such as a time as `time.time()` gives it, loses what is after the point."""

    def __get_pydantic_core_schema__(
        self, source: type[object], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        fraction = core_schema.no_info_after_validator_function(int, core_schema.float_schema(allow_inf_nan=False))
        return core_schema.union_schema([handler(source), fraction], mode="left_to_right", custom_error_type="int_type")
