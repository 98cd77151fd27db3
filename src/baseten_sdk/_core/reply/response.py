"""A whole reply as a plain value. It must not know what carried it, nor what its body means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from ...types.meta import Headers

if TYPE_CHECKING:
    from .redaction import Redactor


class WholeResponse(NamedTuple):
    """A whole reply, read into memory.

    Attributes:
        make_redactor: Makes what removes the secrets of the call. None if no call brought the reply.
    """

    status: int
    headers: Headers
    body: bytes
    make_redactor: Callable[[], Redactor] | None = None

    @property
    def redactor(self) -> Redactor | None:
        """What removes the secrets of the call."""
        return None if self.make_redactor is None else self.make_redactor()

    def redacted(self) -> WholeResponse:
        """Return the reply without secrets that its body echoes: the same object if it echoes none."""
        redactor = self.redactor
        body = self.body if redactor is None else redactor.body(self.body)
        return self if body is self.body else self._replace(body=body)

    @property
    def is_object(self) -> bool:
        """Whether the body begins as a JSON object does. Otherwise it may be an event stream."""
        return self.body.startswith(b"{")

    @property
    def media_type(self) -> str:
        """The content type without parameters, in lower case. "" if there is none."""
        return media_type(self.headers)


def charset(headers: Mapping[str, str]) -> str:
    """Return the encoding of a text that the content type names; UTF-8 where it names none."""
    for parameter in headers.get("content-type", "").split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value:
            return value.strip().strip("\"'")
    return "utf-8"


def media_type(headers: Mapping[str, str]) -> str:
    """Return the content type without parameters, in lower case. "" if there is none."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()
