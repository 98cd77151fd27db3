"""What all replies share: unknown fields are kept, null and missing fields both read as None, and `.meta` describes the
exchange."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticKnownError, core_schema

from .meta import Meta

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler


LENIENT = object()
"""Context of a validation in which an odd field costs nothing but itself (`Beside`)."""


class Lenient(BaseModel):
    """A part of a reply. Fields that this package does not know are kept and can be read as attributes."""

    model_config = ConfigDict(extra="allow", defer_build=True, protected_namespaces=())

    def to_dict(self) -> dict[str, object]:
        """Return what was sent, as plain values."""
        return self.model_dump(exclude_unset=True)

    def to_json(self) -> str:
        """Return what was sent, as JSON text."""
        return self.model_dump_json(indent=2, exclude_unset=True)


class Details(Lenient):
    """An object whose fields are attributes, such as a citation."""


class Reply(Lenient):
    """A whole reply, with what is known of its exchange."""

    @property
    def _request_id(self) -> str | None:
        """The service's ID of the request, where OpenAI's users look for it."""
        return self.meta.request_id

    @property
    def meta(self) -> Meta:
        """Request ID, status, headers, attempts and time of the exchange that brought this reply."""
        meta = note_of(self, "meta")
        if not isinstance(meta, Meta):
            return Meta()
        if meta.cache_hit_rate is None:
            # Not when the reply comes: the usage of a chat is validated when it is first looked at.
            rate = getattr(getattr(self, "usage", None), "cache_hit_rate", None)
            if rate is not None:
                meta = replace(meta, cache_hit_rate=rate)
                attach_note(self, "meta", meta)
        return meta


R = TypeVar("R", bound=Reply)


def attach_meta(reply: R, meta: Meta) -> R:
    """Tell a reply of its exchange."""
    attach_note(reply, "meta", meta)
    return reply


# pydantic's private attributes are set up for each instance, by Python code that costs more than the rest of its
# validation. What they are kept in does as well without: it is compared, copied and pickled with the instance.
def attach_note(part: Lenient, name: str, value: object) -> None:
    """Put something beside a part's fields."""
    notes = part.__pydantic_private__
    if notes is None:
        object.__setattr__(part, "__pydantic_private__", {name: value})
    else:
        notes[name] = value


def note_of(part: Lenient, name: str) -> object:
    """Return what was put beside a part's fields; None where nothing was."""
    notes: dict[str, object] | None = part.__pydantic_private__
    return None if notes is None else notes.get(name)


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
