"""What all replies share: unknown fields are kept, null and absent are alike, and `.meta` tells of the exchange."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ConfigDict, PrivateAttr
from pydantic_core import core_schema

from .meta import Meta

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler

__all__ = ["Lenient", "NullAs", "Reply", "Rounded", "attach_meta"]


class Lenient(BaseModel):
    """A part of a reply. Fields that this package does not know are kept and can be read as attributes."""

    model_config = ConfigDict(extra="allow", defer_build=True, protected_namespaces=())


class Reply(Lenient):
    """A whole reply, with what is known of its exchange."""

    _meta: Meta | None = PrivateAttr(None)

    @property
    def meta(self) -> Meta:
        """Request id, status, headers, attempts and time of the exchange that brought this reply."""
        return self._meta or Meta()


R = TypeVar("R", bound=Reply)


def attach_meta(reply: R, meta: Meta) -> R:
    """Tell a reply of its exchange."""
    reply._meta = meta
    return reply


@dataclass(frozen=True, slots=True)
class NullAs:
    """Annotation: JSON null is read as the value that `make` returns. It costs nothing for other values."""

    make: Callable[[], object]

    def __get_pydantic_core_schema__(
        self, source: type[object], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        null = core_schema.no_info_after_validator_function(lambda _: self.make(), core_schema.none_schema())
        return core_schema.union_schema([handler(source), null], mode="left_to_right")


@dataclass(frozen=True, slots=True)
class Rounded:
    """Annotation of an integer: a fraction, such as a time as `time.time()` gives it, loses what is after the point."""

    def __get_pydantic_core_schema__(
        self, source: type[object], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        fraction = core_schema.no_info_after_validator_function(int, core_schema.float_schema(allow_inf_nan=False))
        return core_schema.union_schema([handler(source), fraction], mode="left_to_right", custom_error_type="int_type")
