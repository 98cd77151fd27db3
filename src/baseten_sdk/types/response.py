"""A raw reply: of a path whose replies this package does not know, or next to the value that was read from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar, overload

from pydantic import ValidationError

from .._json_reading import decode_reply, validate_readable
from .._kinds import adapter_of, type_name
from .._validation import problems
from ..errors import APIError, ResponseValidationError
from ..errors.api import KEPT
from .json import JsonValue
from .meta import Headers, Meta

E = TypeVar("E", bound=APIError)
T = TypeVar("T")
Value = TypeVar("Value")


class Redacts(Protocol):
    """Removes the secrets of a call from its errors."""

    def error(self, error: E) -> E:
        """Hide them in what an error holds from the server. Return the same error."""
        ...


@dataclass(frozen=True, slots=True)
class Response:
    """A reply with a status of success.

    Attributes:
        status_code: The HTTP status.
        headers: The headers. Their names are case-insensitive.
        content: The body.
        meta: Request ID, attempts and time.
    """

    status_code: int
    headers: Headers
    content: bytes
    meta: Meta
    _redactor: Redacts | None = field(default=None, kw_only=True, compare=False)

    def __repr__(self) -> str:
        # Neither headers nor body: a traceback with variables would show what they echo.
        return f"<{type(self).__name__} {self.status_code}, {len(self.content)} bytes>"

    @property
    def request_id(self) -> str | None:
        """The service's ID of the request."""
        return self.meta.request_id

    @property
    def text(self) -> str:
        """The body as UTF-8 text. Bytes that are not UTF-8 are replaced."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> JsonValue:
        """Read the body as JSON.

        Raises:
            ResponseValidationError: It is not JSON.
        """
        try:
            return decode_reply(self.content)
        except ValueError as error:
            problem = f"The reply is {error}."
        raise self._unreadable(problem)

    def parse(self, kind: type[T]) -> T:
        """Read the body's JSON as any type that pydantic can validate.

        Raises:
            ResponseValidationError: It is not JSON, or not of that type.
            InvalidRequestError: Pydantic cannot validate that type.
        """
        try:
            return validate_readable(adapter_of(kind, "the type"), self.content)
        except ValidationError as error:
            problem = f"The reply is not a {type_name(kind)}: {problems(error)}."
        raise self._unreadable(problem)

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
        return error if self._redactor is None else self._redactor.error(error)


@dataclass(frozen=True, slots=True, repr=False)
class RawResponse(Response, Generic[Value]):
    """A raw reply, with the value that was read from it. `with_raw_response` returns it."""

    _value: Value

    @overload
    def parse(self) -> Value: ...

    @overload
    def parse(self, kind: type[T]) -> T: ...

    def parse(self, kind: type[T] | None = None) -> Value | T:
        """Return the value that was read from the reply, or read its JSON as another type."""
        return self._value if kind is None else Response.parse(self, kind)
