"""The lines of an output: a result or a failure as JSON, and back to the key that it belongs to.

    {"key": "a1", "output": ...}
    {"key": "a2", "line": 2, "error": {"type": "RateLimitError", "message": ...}, "attempts": 9}

Reading keys back is what resuming a job spends its time on: the key stands first, and is cut out without parsing the
line where it has no escapes. It must not know of files.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import Generic, NamedTuple, Protocol, TypeVar

from pydantic import BaseModel
from pydantic_core import from_json, to_json

from ...errors import APIError, APIStatusError, BatchRowError
from ...types.batch import Failed, Ok
from ...types.decisions import Decision
from ...types.parsed import Parsed
from ...types.response import Response
from ..calls.usage import Tokens, tokens_of

R = TypeVar("R")
T = TypeVar("T")
R_contra = TypeVar("R_contra", contravariant=True)
T_contra = TypeVar("T_contra", contravariant=True)

_ENDS = tuple((end.encode(), b"\\u%04x" % ord(end)) for end in "\x85\u2028\u2029")
"""What `str.splitlines` takes for the end of a line, and how JSON writes it otherwise."""

_KEY = re.compile(rb'\{"key":"([^"\\]*)"')


class Line(NamedTuple):
    """A line, its end included, and the tokens that its reply told of."""

    data: bytes
    tokens: Tokens


class Name(NamedTuple):
    """What a line belongs to: a key; or, of a row that could not be taken, its place."""

    key: str | None
    place: int


class Lines(Protocol[R_contra, T_contra]):
    """How outcomes are written and read back."""

    def of_result(self, ok: Ok[R_contra, T_contra], /) -> Line:
        """The line of a result."""
        ...

    def of_failure(self, failed: Failed[R_contra], /) -> bytes:
        """The line of a failure, its end included."""
        ...

    def name_of(self, line: bytes, /) -> Name:
        """What a line belongs to.

        Raises:
            ValueError: it is no such line.
        """
        ...


class OwnLines(Generic[R, T]):
    """The package's own lines.

    Args:
        output: makes of a result what is to be written; None: the reply as it came.
    """

    def __init__(self, output: Callable[[Ok[R, T]], object] | None = None) -> None:
        self._output = output

    def of_result(self, ok: Ok[R, T], /) -> Line:
        value: object = ok.value
        if self._output is not None:
            return Line(_line(ok.key, to_json(self._output(ok), inf_nan_mode="null")), tokens_of(_readable(value)))
        data, tokens = reply_json(value)
        return Line(_line(ok.key, data), tokens)

    def of_failure(self, failed: Failed[R], /) -> bytes:
        refused = isinstance(failed.error, BatchRowError)
        record = {
            "key": None if refused else failed.key,
            "line": failed.number,
            "error": error_json(failed.error),
            "attempts": failed.attempts,
            "seconds": round(failed.seconds, 3),
        }
        return as_line(to_json(record))

    def name_of(self, line: bytes, /) -> Name:
        found = _KEY.match(line)
        if found is not None and line.endswith(b"}\n"):
            return Name(found[1].decode(), 0)
        record = from_json(line)
        return name_in(record, "key")


def name_in(record: object, field: str) -> Name:
    """What a parsed line belongs to."""
    if isinstance(record, Mapping):
        key, place = record.get(field), record.get("line")
        if isinstance(key, str):
            return Name(key, 0)
        if field in record and key is None and isinstance(place, int):
            return Name(None, place)
    raise ValueError(f"it has no {field!r}")


def _line(key: str, output: bytes) -> bytes:
    return as_line(b'{"key":%b,"output":%b}' % (to_json(key), output))


def as_line(record: bytes) -> bytes:
    """JSON as a line, for those too who take every end of a line that Unicode knows for one."""
    for each, escaped in _ENDS:
        if each in record:
            record = record.replace(each, escaped)
    return record + b"\n"


def reply_json(value: object) -> tuple[bytes, Tokens]:
    """A reply as JSON on one line, as it came as far as that can be, and its tokens."""
    if isinstance(value, Response):
        return raw_json(value)
    if isinstance(value, Parsed):
        shown = {
            "parsed": value.outputs[0] if value.outputs else None,
            "usage": value.usage,
            "model": value.completion.model,
        }
        return to_json(shown, exclude_none=False), tokens_of(value)
    if isinstance(value, Decision):
        decided = {"value": value.value, "probabilities": value.probabilities, "confidence": value.confidence}
        return to_json({**decided, "usage": value.usage, "model": value.model}), tokens_of(value)
    if isinstance(value, BaseModel):
        return value.model_dump_json(exclude_unset=True).encode(), tokens_of(value)
    if isinstance(value, bytes):
        return to_json({"base64": base64.b64encode(value).decode()}), Tokens()
    return to_json(value, inf_nan_mode="null"), tokens_of(value)


def raw_json(reply: Response) -> tuple[bytes, Tokens]:
    """The body of a reply as JSON on one line: its bytes where they are that already, a text where it is no JSON."""
    body = reply.content
    try:
        value = from_json(body, allow_inf_nan=False)
    except ValueError:
        return to_json(reply.text), Tokens()
    one_line = b"\n" not in body and b"\r" not in body
    return body if one_line else to_json(value), tokens_of(value)


def _readable(value: object) -> object:
    if isinstance(value, Response):
        try:
            return value.json()
        except APIError:
            return None
    return value


def error_json(error: Exception) -> dict[str, object]:
    """What a failed row was: the error's type and message, and what helps to find it again."""
    found: dict[str, object] = {"type": type(error).__name__, "message": _writable(str(error))}
    if isinstance(error, APIStatusError):
        found["status"] = error.status_code
        if error.code is not None:
            found["code"] = error.code
    if isinstance(error, APIError) and error.request_id is not None:
        found["request_id"] = error.request_id
    notes = getattr(error, "__notes__", None)
    if notes:
        found["notes"] = [_writable(str(note)) for note in notes]
    return found


def _writable(text: str) -> str:
    """A text without what UTF-8 cannot hold."""
    return text.encode("utf-8", "backslashreplace").decode()
