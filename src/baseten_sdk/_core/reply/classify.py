"""Turns an error status and its body into a typed error.

The class comes from the status alone. Message, code and type come from the body, whichever of the known shapes it has.
Statuses and shapes come from the service's gateway, Truss servers, engines behind `sync`, chains, and proxies that
answer in HTML.
"""

from __future__ import annotations

import re

from ..._json_reading import decode_reply
from ...errors import APIStatusError, InternalServerError, ModelError
from ...errors.api import KEPT
from ...errors.remote import read_remote
from ...errors.status import BY_STATUS
from .response import WholeResponse
from .retry_after import retry_after

NOT_MODIFIED = 304

SHOWN = 500
"""Characters of a body to show in an error if the body has no message."""

LONGEST = 4000
"""Maximum length of a server's message in an error."""

EVENT_STREAM = "text/event-stream"

FIRST_DATA = re.compile(rb"^data: ?(.+?)\r?$", re.MULTILINE)

MODEL_CODE = "600"
"""The `X-Baseten-Error-Code` of an exception in the model's own code."""


def status_error(answer: WholeResponse, now: float) -> APIStatusError:
    """Return the error for a reply with an error status.

    Args:
        answer: The reply. Its body may be truncated.
        now: Seconds since the epoch, to read a `Retry-After` that is a date.
    """
    headers = answer.headers
    body = _body(answer)
    message, code, kind = read_error(body)
    if 300 <= answer.status < 400 and answer.status != NOT_MODIFIED:
        where = _shortened(headers.get("location", "nowhere").partition("?")[0])
        message = f"Redirect to {where!r} not followed: the key goes to configured hosts only"
    sentence = as_sentence(message or "")
    return _class(answer, body)(
        sentence if sentence.rstrip(".!?") else f"HTTP status {answer.status}.",
        status_code=answer.status,
        body=body,
        raw=answer.body[:KEPT],
        headers=dict(headers),
        code=code,
        type=kind,
        retry_after=retry_after(headers, now),
        request_id=headers.get("x-baseten-request-id") or headers.get("x-request-id") or _request_id(body),
    )


def _class(answer: WholeResponse, body: object) -> type[APIStatusError]:
    status = answer.status
    if status in BY_STATUS:
        return BY_STATUS[status]
    if status == 500 and (answer.headers.get("x-baseten-error-code") == MODEL_CODE or read_remote(body) is not None):
        return ModelError
    return InternalServerError if status >= 500 else APIStatusError


def _body(answer: WholeResponse) -> object:
    if not answer.body:
        return None
    try:
        return decode_reply(_first_data(answer.body) if answer.media_type == EVENT_STREAM else answer.body)
    except ValueError:
        return answer.body[:KEPT].decode("utf-8", "replace")


def _first_data(body: bytes) -> bytes:
    """Return the data of the first event that has any.

    Some proxies answer a streaming request with a stream, whatever the status.
    """
    found = FIRST_DATA.search(body)
    return found[1] if found else body


def _request_id(body: object) -> str | None:
    """Return the ID at the top level of an error's body, for replies whose headers have none."""
    return _text(body.get("request_id")) if isinstance(body, dict) else None


PROBLEMS = 5
"""How many problems of a request a message names."""

EMPTY = frozenset({"error", "message", "detail"})
"""Fields that say nothing if they are empty. Other fields are worth showing even then."""


def read_error(body: object) -> tuple[str | None, str | None, str | None]:
    """Return message, code and type of an error body in any known shape. What it does not contain is None."""
    if isinstance(body, str):
        return (_shortened(body) or None), None, None
    if not isinstance(body, dict):
        return (None if body in (None, []) else _shortened(str(body))), None, None
    error = body.get("error")
    inner = error if isinstance(error, dict) else body
    message = (
        _text(error)
        or _text(inner.get("message"))
        or _remote_message(inner)
        or _text(body.get("message"))
        or _detail(body.get("detail"))
        or _detail(error)
        or (_shortened(str(error)) if _has_content(error) else None)
        or (_shortened(str(body)) if _has_content(body) or not body.keys() <= EMPTY else None)
    )
    code = _code(body.get("error_code")) or _code(inner.get("code"))
    return message, code, _text(inner.get("type"))


def _remote_message(error: dict[object, object]) -> str | None:
    message = _text(error.get("exception_message"))
    name = _text(error.get("exception_cls_name"))
    return f"{name}: {message}" if name and message else message or name


def _detail(detail: object) -> str | None:
    """Read FastAPI's `detail`: a text, or a list of problems with fields."""
    if isinstance(detail, list):
        problems = [_shortened(problem) for problem in map(_problem, detail[:PROBLEMS]) if problem]
        more = [f"and {len(detail) - PROBLEMS} more"] if problems and len(detail) > PROBLEMS else []
        return "; ".join(problems + more) or None
    return _text(detail)


def _problem(problem: object) -> str | None:
    if not isinstance(problem, dict):
        return None
    where = problem.get("loc")
    path = ".".join(str(part) for part in where) if isinstance(where, list) else ""
    text = _text(problem.get("msg"))
    return f"{path}: {text}" if path and text else text


def _has_content(value: object) -> bool:
    """Whether a part of a body has a field that is not empty."""
    if isinstance(value, dict):
        return any(_has_content(each) for each in value.values())
    return value not in (None, "", [])


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _code(value: object) -> str | None:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(value)


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


def as_sentence(text: str) -> str:
    """Turn a server's text into a sentence for an error: limited in length, with a full stop, and safe for a terminal
    or log.
    """
    text = "".join(char if char.isprintable() or char in "\n\t" else " " for char in text[:LONGEST].strip()).strip()
    return text if not text or text.endswith((".", "!", "?", "...")) else f"{text}."
