"""Turns the bytes of a successful reply into the requested value, or into an error that says why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from ..._json_reading import decode_reply, validate_readable
from ..._kinds import adapter_of
from ..._validation import Position, problems, validate_model
from ...errors import ResponseValidationError
from ...errors.api import KEPT
from ...types.json import JsonValue
from .classify import as_sentence, read_error
from .lenient import decisive, validate_leniently
from .response import WholeResponse, charset

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")

NO_CONTENT = 204

PAGES = frozenset({"text/html", "application/xhtml+xml"})

BARE = frozenset({"code", "detail", "message", "param", "request_id", "status", "type"})
"""The fields of an error that is not inside an object."""

EXCERPT = 200
"""How many bytes of the body an error shows."""


def read_model(model: type[M], answer: WholeResponse) -> M:
    """Validate a reply straight from its bytes.

    Raises:
        ResponseValidationError: It is not JSON, has another shape, or is an error with a success status.
    """
    problem = ""
    try:
        found: M | None = validate_model(model, answer.body)
    except ValidationError as error:
        found = validate_leniently(model, answer.body)
        if found is None:
            problem = _problem(error, answer, decisive(model, answer.body))
    if found is None:
        raise unreadable(answer, problem)
    extra = found.__pydantic_extra__
    if extra and extra.get("error"):
        raise unreadable(answer, _as_error(extra))
    return found


def check_kind(kind: type[object] | None) -> None:
    """Refuse a type that no reply can be read as, before a model runs for nothing.

    Raises:
        InvalidRequestError: Pydantic cannot validate it.
    """
    if kind is not None:
        adapter_of(kind)


def read_as(kind: type[T], answer: WholeResponse) -> T:
    """Read a reply as any type that pydantic can validate. `bytes` is the unchanged body, `str` any text.

    Raises:
        InvalidRequestError: Pydantic cannot validate that type.
        ResponseValidationError: It is not JSON, or not of that type.
    """
    adapter = adapter_of(kind)
    try:
        if kind is bytes:
            return adapter.validate_python(answer.body)
        if kind is str and not _is_json(answer):
            return adapter.validate_python(_text(answer))
        if not answer.body:
            return adapter.validate_python(None)
        return validate_readable(adapter, answer.body)
    except ValidationError as error:
        problem = _problem(error, answer) if answer.body else "it is empty."
    except ValueError as bad:
        problem = f"{bad}."
    raise unreadable(answer, problem)


def read_value(answer: WholeResponse) -> JsonValue | bytes:
    """Read a reply by its content type: JSON as its value, text as a string, anything else as bytes.

    Raises:
        ResponseValidationError: It has no content, is a web page, or does not match its content type.
    """
    if answer.status == NO_CONTENT:
        raise unreadable(answer, "it is empty. Pass response_model=None if the reply may be empty.")
    check_no_page(answer)
    try:
        if _is_json(answer):
            return decode_reply(answer.body)
        if answer.media_type.startswith("text/"):
            return _text(answer)
    except ValueError as error:
        problem = f"{error}."
    else:
        return answer.body
    raise unreadable(answer, problem)


def check_no_page(answer: WholeResponse) -> None:
    """Refuse an HTML page instead of a model's output: a proxy, a login or another server made it.

    Raises:
        ResponseValidationError: It is one.
    """
    if answer.media_type in PAGES:
        raise unreadable(answer, "it is a web page, not an output. Pass response_model=str or bytes to get it anyway.")


def unreadable(answer: WholeResponse, problem: str, size: int | None = None) -> ResponseValidationError:
    """Return the error for a reply that arrived but cannot be read. Pass `size` if its body is truncated."""
    headers = dict(answer.headers)
    shown = answer.body[:EXCERPT].decode("utf-8", "backslashreplace")
    more = "..." if len(answer.body) > EXCERPT else ""
    kind = answer.media_type or "no content type"
    size = len(answer.body) if size is None else size
    return ResponseValidationError(
        f"The reply (status {answer.status}, {kind}, {size} bytes) cannot be read: {problem} "
        f"It begins: {shown + more!r}.",
        status_code=answer.status,
        body=answer.body[:KEPT],
        headers=headers,
        request_id=headers.get("x-baseten-request-id") or headers.get("x-request-id"),
    )


def _text(answer: WholeResponse) -> str:
    """Return a body of text, in the encoding that the server names.

    Raises:
        ValueError: It is not in that encoding.
    """
    try:
        return answer.body.decode(charset(answer.headers))
    except LookupError:
        return answer.body.decode()


def _is_json(answer: WholeResponse) -> bool:
    kind = answer.media_type
    return not kind or kind == "application/json" or kind.endswith("+json")


def _problem(error: ValidationError, answer: WholeResponse, at: frozenset[Position] = frozenset()) -> str:
    """Describe the problem in one sentence. If the reply is an error in disguise, use the service's own message."""
    try:
        body = decode_reply(answer.body)
    except ValueError as bad:
        return f"{bad}."
    if isinstance(body, dict) and (body.get("error") or body.get("object") == "error" or _is_bare_error(body)):
        return _as_error(body)
    return f"{problems(error, at)}."


def _is_bare_error(body: Mapping[str, object]) -> bool:
    """Whether an object is nothing but an error, as half of the plain ones are."""
    return body.keys() <= BARE and bool(body.get("detail") or ("code" in body and body.get("message")))


def _as_error(body: Mapping[str, object]) -> str:
    return as_sentence(f"it is an error: {read_error(body)[0]}")
