"""A message as a program gives it and wants it: text, bytes, or a value as JSON. It must not know frames."""

from __future__ import annotations

from typing import TypeVar

from ..._kinds import adapter_of
from ...errors import InvalidRequestError
from ...types.meta import Headers
from ..reply.response import WholeResponse
from ..reply.validate import read_as, unreadable
from ..request.json_codec import encode_json

T = TypeVar("T")

STATUS = 101

NO_HEADERS = Headers()


def encode_message(value: object, most: int) -> tuple[bool, bytes]:
    """Whether a message is text, and its bytes: text and bytes as they are, anything else as JSON in a text message.

    Raises:
        InvalidRequestError: it has no such form, or is larger than a message may be.
    """
    text = True
    if isinstance(value, str):
        data = _utf8(value)
    elif isinstance(value, bytes | bytearray | memoryview):
        text, data = False, bytes(value)
    else:
        data = encode_json(value)
    if len(data) > most:
        raise InvalidRequestError(
            f"The message has {len(data)} bytes, more than Limits(message={most}). Send it in parts, if it can be."
        )
    return text, data


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        problem = f"The text cannot be sent: {error.reason} at position {error.start}."
    raise InvalidRequestError(problem)


def decode_message(kind: type[T], message: str | bytes) -> T:
    """A message as any type that pydantic can validate. `bytes` wants a binary message, `str` a text message.

    Raises:
        InvalidRequestError: pydantic cannot validate that type.
        ResponseValidationError: it is not JSON, or not of that type.
    """
    response = WholeResponse(STATUS, NO_HEADERS, message.encode() if isinstance(message, str) else message)
    if kind is bytes or kind is str:
        # Told by the class, which is that of the message or not: what a checker cannot know.
        if type(message) is kind:
            return adapter_of(kind).validate_python(message)
        came = "text" if isinstance(message, str) else "binary"
        raise unreadable(response, f"it is a {came} message, and {kind.__name__} was asked for.")
    return read_as(kind, response)
