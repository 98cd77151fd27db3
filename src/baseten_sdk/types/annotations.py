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
"""The context of a lenient validation: an odd field loses only its own value (`Beside`)."""


def nothing(value: object = None) -> None:
    """Return None: the value cannot be converted."""


def as_text(value: object) -> str | None:
    """Return a number as text."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


LARGEST = 2**53
"""The largest count. No float holds all larger integers, and some operations of a float and such an integer fail."""


def as_count(value: object) -> int | None:
    """Return a number in another form as an integer. Its fraction is dropped."""
    if isinstance(value, float | str):
        with suppress(ValueError, OverflowError):
            count = int(float(value))
            return count if abs(count) <= LARGEST else None
    return None


@dataclass(frozen=True, slots=True)
class NullAs:
    """Annotation: JSON null is read as the value that `make` returns.

    A choice between two schemas costs time with every value. So if null is `rare`, JSON with a null is invalid at
    first, and the readers of replies read it again leniently (`_core.reply.lenient`).
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
        """Return a schema that reads null, and everything that `plain` reads."""
        if self.rare:
            null: core_schema.CoreSchema = core_schema.no_info_plain_validator_function(self._of_nothing)
        else:
            null = core_schema.no_info_after_validator_function(lambda _: self.make(), core_schema.none_schema())
        return core_schema.union_schema([plain, null], mode="left_to_right")

    def _of_nothing(self, value: object) -> object:
        """Read null, or an empty container: some languages write an empty object as a list, or a list as an object."""
        if value is None or value == [] or value == {}:
            return self.make()
        raise PydanticKnownError("none_required")


@dataclass(frozen=True, slots=True)
class Beside:
    """Annotation of a field besides the answer: an odd value loses only its own value.

    JSON is read strictly at first, so usual replies cost nothing extra. A reply that does not validate is read again as
    plain values, leniently (`_core.reply.lenient`). Null then reads as `make()`, and `convert` converts any other odd
    value, or returns None. If null is common, `null_at_once` reads it the first time.
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
    """Annotation of a field that carries the answer: `convert` converts an odd value before it is validated.

    JSON is read without it at first, so usual replies cost nothing extra. A reply that does not validate is read again
    as plain values, which are converted (`_core.reply.lenient`).
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
class IfLenient:
    """Annotation of an object: if a reply is read leniently, `convert` converts the object before it is validated."""

    convert: Callable[[dict[str, object]], dict[str, object]]

    def __get_pydantic_core_schema__(
        self, source: type[object], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        plain = handler(source)
        converted = core_schema.with_info_before_validator_function(self._converted, plain)
        return core_schema.json_or_python_schema(plain, converted)

    def _converted(self, value: object, info: core_schema.ValidationInfo) -> object:
        return self.convert(value) if info.context is LENIENT and isinstance(value, dict) else value


@dataclass(frozen=True, slots=True)
class NullAsEmpty:
    """Annotation of a list that is usually null, which is read as an empty list the first time."""

    def __get_pydantic_core_schema__(
        self, source: type[object], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        null = core_schema.no_info_after_validator_function(lambda _: [], core_schema.none_schema())
        return core_schema.union_schema([null, handler(source)], mode="left_to_right")


@dataclass(frozen=True, slots=True)
class Rounded:
    """Annotation of an integer: the fraction of a float, such as that of `time.time()`, is dropped."""

    def __get_pydantic_core_schema__(
        self, source: type[object], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        fraction = core_schema.no_info_after_validator_function(int, core_schema.float_schema(allow_inf_nan=False))
        return core_schema.union_schema([handler(source), fraction], mode="left_to_right", custom_error_type="int_type")
