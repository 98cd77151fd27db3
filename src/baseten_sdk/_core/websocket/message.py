"""Messages as a program writes and reads them: text, bytes, or a value as JSON. It must not know frames."""

from __future__ import annotations

from typing import TypeVar

from ..._kinds import adapter_of
from ...errors import InvalidRequestError
from ...types.meta import Headers
from ..reply.reading import SWITCHING
from ..reply.response import WholeResponse
from ..reply.validate import read_as, unreadable
from ..request.json_codec import encode_json

T = TypeVar("T")

NO_HEADERS = Headers()


def encode_message(value: object, most: int) -> tuple[bool, bytes]:
    """Return whether a message is text, and its bytes.

    Text and bytes are sent unchanged, anything else as JSON in a text message.

    Raises:
        InvalidRequestError: It cannot be encoded, or it is larger than a message may be.
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
            f"The message has {len(data)} bytes, more than Limits(message={most}). Send it in parts."
        )
    return text, data


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        problem = f"The text cannot be sent: {error.reason} at position {error.start}."
    raise InvalidRequestError(problem)


def decode_message(kind: type[T], message: str | bytes) -> T:
    """Read a message as any type that pydantic can validate.

    `bytes` expects a binary message, `str` a text message.

    Raises:
        InvalidRequestError: Pydantic cannot validate that type.
        ResponseValidationError: It is not JSON, or not of that type.
    """
    response = WholeResponse(SWITCHING, NO_HEADERS, message.encode() if isinstance(message, str) else message)
    if kind is bytes or kind is str:
        # This checks the class at run time, which a type checker cannot follow.
        if type(message) is kind:
            return adapter_of(kind).validate_python(message)
        came = "text" if isinstance(message, str) else "binary"
        raise unreadable(response, f"it is a {came} message, and {kind.__name__} was asked for.")
    return read_as(kind, response)
