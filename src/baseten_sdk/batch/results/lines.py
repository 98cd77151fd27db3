"""The lines of an output: from a result or a failure to JSON, and from a line back to its key.

    {"key": "a1", "output": ...}
    {"key": "a2", "line": 2, "error": {"type": "RateLimitError", "message": ...}, "attempts": 9}

Resuming a batch spends its time on reading keys back. So the key comes first, and is cut out of the line without
parsing it unless it has escapes. It must not know of files.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import Generic, NamedTuple, Protocol, TypeVar

from pydantic import BaseModel
from pydantic_core import from_json, to_json

from ..._numbers import as_list
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
"""Characters that `str.splitlines` treats as line ends, and their escapes in JSON."""

_KEY = re.compile(rb'\{"key":"([^"\\]*)"')


class Line(NamedTuple):
    """A line with its end, and the tokens that its reply reported."""

    data: bytes
    tokens: Tokens


class Name(NamedTuple):
    """What a line belongs to: a key, or the position of a row without a usable key."""

    key: str | None
    position: int


class Lines(Protocol[R_contra, T_contra]):
    """Writes outcomes and reads their keys back."""

    def of_result(self, ok: Ok[R_contra, T_contra], /) -> Line: ...

    def of_failure(self, failed: Failed[R_contra], /) -> bytes:
        """Return the line of a failure, with its end."""
        ...

    def name_of(self, line: bytes, /) -> Name:
        """Return what a line belongs to.

        Raises:
            ValueError: It is not a line of an output.
        """
        ...


class OwnLines(Generic[R, T]):
    """The package's own lines.

    Args:
        output: Returns what to write of a result. None: the raw reply.
    """

    def __init__(self, output: Callable[[Ok[R, T]], object] | None = None) -> None:
        self._output = output

    def of_result(self, ok: Ok[R, T], /) -> Line:
        value: object = ok.value
        if self._output is not None:
            data = to_json(self._output(ok), inf_nan_mode="null", fallback=_plain)
            return Line(_line(ok.key, data), tokens_of(_readable(value)))
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
    """Return what a parsed line belongs to."""
    if isinstance(record, Mapping):
        key, position = record.get(field), record.get("line")
        if isinstance(key, str):
            return Name(key, 0)
        if field in record and key is None and isinstance(position, int):
            return Name(None, position)
    raise ValueError(f"it has no {field!r}")


def _line(key: str, output: bytes) -> bytes:
    return as_line(b'{"key":%b,"output":%b}' % (to_json(key), output))


def as_line(record: bytes) -> bytes:
    """Return JSON as one line, even for readers that split at every Unicode line end."""
    for each, escaped in _ENDS:
        if each in record:
            record = record.replace(each, escaped)
    return record + b"\n"


def reply_json(value: object) -> tuple[bytes, Tokens]:
    """Return a reply as JSON on one line, unchanged where possible, and its tokens."""
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
    return to_json(value, inf_nan_mode="null", fallback=_plain), tokens_of(value)


def _plain(value: object) -> object:
    plain = as_list(value)
    if plain is value:
        raise TypeError(f"a {type(value).__name__} cannot be written as JSON")
    return plain


def raw_json(reply: Response) -> tuple[bytes, Tokens]:
    """Return the body of a reply as JSON on one line: unchanged if it is that already, a string if it is not JSON."""
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
    """Return an error as JSON: its type and message, and what helps to find the request in the service's logs."""
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
    return text.encode("utf-8", "backslashreplace").decode()
