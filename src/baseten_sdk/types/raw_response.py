"""A reply as it came, together with what it was read into: what `with_raw_response` gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from .json import JsonValue
from .meta import Headers, Meta
from .response import Response

__all__ = ["RawResponse"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RawResponse(Generic[T]):
    """A reply in both forms, with the names that OpenAI's users know.

    Attributes:
        reply: the reply as it came.
    """

    reply: Response
    _value: T = field(repr=False)

    def parse(self) -> T:
        """What the reply was read into."""
        return self._value

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        return self.reply.status_code

    @property
    def headers(self) -> Headers:
        """Its headers; names are case-insensitive."""
        return self.reply.headers

    @property
    def content(self) -> bytes:
        """Its body."""
        return self.reply.content

    @property
    def text(self) -> str:
        """Its body as text."""
        return self.reply.text

    def json(self) -> JsonValue:
        """Its body as JSON."""
        return self.reply.json()

    @property
    def request_id(self) -> str | None:
        """The service's id of the request."""
        return self.meta.request_id

    @property
    def meta(self) -> Meta:
        """Request id, attempts and time."""
        return self.reply.meta
