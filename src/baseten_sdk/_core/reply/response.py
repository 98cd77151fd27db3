"""A whole reply as a plain value. It must not know what carried it, nor what its body means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ...types.meta import Headers


class WholeResponse(NamedTuple):
    """A whole reply, read into memory."""

    status: int
    headers: Headers
    body: bytes

    @property
    def is_object(self) -> bool:
        """Whether the body begins as a JSON object does. Otherwise it may be an event stream."""
        return self.body.startswith(b"{")

    @property
    def media_type(self) -> str:
        """The content type without parameters, in lower case. "" if there is none."""
        return media_type(self.headers)


def charset(headers: Mapping[str, str]) -> str:
    """The encoding of a text that the content type names; UTF-8 where it names none."""
    for parameter in headers.get("content-type", "").split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value:
            return value.strip().strip("\"'")
    return "utf-8"


def media_type(headers: Mapping[str, str]) -> str:
    """Return the content type without parameters, in lower case. "" if there is none."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()
