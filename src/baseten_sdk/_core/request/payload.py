"""What a request carries: a JSON value, bytes as they are, a form, or nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from ...errors import InvalidRequestError
from .headers import check_header
from .json_codec import encode_json
from .missing import MISSING
from .multipart import FieldInput, Files, encode_multipart

JSON = "application/json"
OCTETS = "application/octet-stream"


class Payload(NamedTuple):
    """A body and its content type. A JSON value is encoded when the request is built."""

    json: object = MISSING
    content: bytes = b""
    content_type: str | None = None

    def encoded(self, extra: Mapping[str, object]) -> tuple[bytes, str | None]:
        """Return the bytes and their type, with extra fields added to a JSON object.

        Raises:
            InvalidRequestError: The value cannot be encoded, or there are extra fields but the body is not a JSON
                object.
        """
        if self.json is MISSING:
            if extra:
                raise InvalidRequestError("extra_body needs a JSON body that is an object; this request has none.")
            return self.content, self.content_type
        value = self.json
        if extra:
            if not isinstance(value, Mapping):
                kind = type(value).__name__
                raise InvalidRequestError(f"extra_body needs a JSON body that is an object; this one is a {kind}.")
            value = {**value, **extra}
        return encode_json(value), self.content_type or JSON


EMPTY = Payload()


def choose_payload(
    *,
    json: object = MISSING,
    content: bytes | bytearray | memoryview | str | None = None,
    files: Files | None = None,
    data: Mapping[str, FieldInput] | None = None,
    content_type: str | None = None,
) -> Payload:
    """Choose the payload that the arguments of a call describe. They may describe only one.

    Raises:
        InvalidRequestError: There are two bodies, a form that cannot be written, or a content type that cannot be sent.
    """
    given = [
        name
        for name, there in (
            ("json", json is not MISSING),
            ("content", content is not None),
            ("files or data", files is not None or data is not None),
        )
        if there
    ]
    if len(given) > 1:
        raise InvalidRequestError(f"A request carries one kind of body; {' and '.join(given)} were given.")
    if content_type is not None:
        content_type = check_header("content-type", content_type, "content_type")
    if content is not None:
        if isinstance(content, str):
            return Payload(content=_utf8(content), content_type=content_type or "text/plain; charset=utf-8")
        if not isinstance(content, bytes | bytearray | memoryview):
            hint = " Pass file.read(), or send a form with files=." if hasattr(content, "read") else ""
            raise InvalidRequestError(f"content must be bytes or str, not {type(content).__name__}.{hint}")
        return Payload(content=bytes(content), content_type=content_type or OCTETS)
    if files is not None or data is not None:
        kind, body = encode_multipart(data or {}, {} if files is None else files, os.urandom(16).hex())
        return Payload(content=body, content_type=kind)
    return EMPTY if json is MISSING else Payload(json=json, content_type=content_type)


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise InvalidRequestError("content holds half of a surrogate pair, which UTF-8 cannot express.") from None
