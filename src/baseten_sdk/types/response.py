"""A reply as it came, for paths whose answers this package does not know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError
from pydantic_core import from_json

from ..errors import InvalidRequestError, ResponseValidationError
from ..errors.api import KEPT
from .json import JsonValue
from .meta import Headers, Meta

__all__ = ["Response"]

T = TypeVar("T")

SHOWN = 500
"""Characters of what pydantic says that an error shows."""


@dataclass(frozen=True, slots=True)
class Response:
    """A reply with a status of success.

    Attributes:
        status_code: the HTTP status.
        headers: its headers.
        content: its body.
        meta: request id, attempts and time.
    """

    status_code: int
    headers: Headers
    content: bytes
    meta: Meta

    @property
    def text(self) -> str:
        """The body as UTF-8 text; what is not UTF-8 is replaced."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> JsonValue:
        """The body as JSON.

        Raises:
            ResponseValidationError: it is not JSON.
        """
        try:
            value: JsonValue = from_json(self.content)
        except ValueError as error:
            raise self._unreadable(f"The reply is not JSON: {error}.") from None
        return value

    def parse(self, kind: type[T]) -> T:
        """The body's JSON as any type that pydantic can validate.

        Raises:
            ResponseValidationError: it is not JSON, or not of that type.
            InvalidRequestError: pydantic does not know the type.
        """
        try:
            return TypeAdapter(kind).validate_json(self.content)
        except ValidationError as error:
            raise self._unreadable(f"The reply is not a {kind}: {str(error)[:SHOWN]}.") from None
        except PydanticUserError as error:
            raise InvalidRequestError(f"{kind!r} is no type that pydantic can validate: {error.message}.") from None

    def _unreadable(self, message: str) -> ResponseValidationError:
        error = ResponseValidationError(
            message,
            status_code=self.status_code,
            body=self.content[:KEPT],
            headers=dict(self.headers),
            request_id=self.meta.request_id,
        )
        error.method, error.url = self.meta.method or None, self.meta.url or None
        error.attempts, error.elapsed = self.meta.attempts, self.meta.elapsed
        return error
