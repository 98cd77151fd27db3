"""The body of a delivery: the webhook request that ends an async request, read leniently.

By the time it is read, the body is known to come from Baseten, and no other copy of it exists. So only a body without a
request ID is refused. An unreadable field costs only its own value.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, to_json

from ..._json_reading import check_depth, decode_json
from ..._kinds import adapter_of, type_name
from ..._validation import problems, validate_json
from ...errors import ResponseValidationError
from ...errors.api import KEPT
from ...types.async_requests import AsyncErrorDetail
from ...types.json import JsonValue
from ...types.webhooks import AsyncPredictResult
from ..reply.validate import check_kind
from .top_level import top_level_texts

T = TypeVar("T")

COMPLETED = "async_request_completed"

_MOMENT = TypeAdapter(datetime)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A delivery as it was posted.

    Attributes:
        time: When it was sent, with a time zone; None if the body has no readable time.
        data: The model's output.
        readable: Whether the body could be parsed. If not, only the request ID and the time are known.
    """

    request_id: str
    type: str
    time: datetime | None
    data: JsonValue
    errors: tuple[AsyncErrorDetail, ...]
    model_id: str | None
    chain_id: str | None
    deployment_id: str | None
    readable: bool = True


def read_envelope(body: bytes) -> Envelope | None:
    """Read a delivery; None if the body is not a delivery."""
    try:
        return _envelope(_fields(body), readable=True)
    except (ValueError, RecursionError):
        # It is nested too deeply, or has numbers of thousands of digits. It was signed, so find out whose it is.
        return _envelope(top_level_texts(body, ("request_id", "time")), readable=False)


def _envelope(fields: Mapping[str, JsonValue], *, readable: bool) -> Envelope | None:
    request_id = fields.get("request_id")
    if not isinstance(request_id, str) or not request_id or not request_id.isprintable():
        return None
    return Envelope(
        request_id=request_id,
        type=_text(fields.get("type")) or COMPLETED,
        time=_moment(fields.get("time")),
        data=fields.get("data"),
        errors=_errors(fields.get("errors")),
        model_id=_text(fields.get("model_id")),
        chain_id=_text(fields.get("chain_id")),
        deployment_id=_text(fields.get("deployment_id")),
        readable=readable,
    )


def read_stored(body: bytes) -> Envelope:
    """Read a delivery whose signature was checked before.

    Raises:
        ResponseValidationError: The body is not a delivery, or cannot be parsed.
    """
    envelope = read_envelope(body)
    if envelope is None:
        raise ResponseValidationError("The body is not a delivery from Baseten.", status_code=200, body=body[:KEPT])
    check_readable(envelope, body)
    return envelope


def check_readable(envelope: Envelope, body: bytes) -> None:
    """Refuse a delivery of which only the request ID is known.

    Raises:
        ResponseValidationError: Its body cannot be parsed. The error keeps the body and the request ID.
    """
    if not envelope.readable:
        raise ResponseValidationError(
            f"The delivery of async request {envelope.request_id} cannot be parsed: it is nested too deeply, or has a "
            "number with too many digits. Read its bytes with a parser of your own.",
            status_code=200,
            body=body[:KEPT],
            request_id=envelope.request_id,
        )


def untyped_result(envelope: Envelope) -> AsyncPredictResult[JsonValue]:
    """Return the delivery, with its output unchanged."""
    return _result(envelope, envelope.data)


def typed_result(envelope: Envelope, kind: type[T], body: bytes) -> AsyncPredictResult[T]:
    """Return the delivery, with its output validated into `kind`. The output of a failure stays None.

    Raises:
        InvalidRequestError: Pydantic cannot validate that type.
        ResponseValidationError: The output is not of that type. The error keeps the body.
    """
    check_kind(kind)
    failed = envelope.data is None and envelope.errors
    return _result(envelope, None if failed else typed_output(envelope, kind, body))


def typed_output(envelope: Envelope, kind: type[T], body: bytes) -> T:
    """Return the output, validated into `kind`.

    Raises:
        ResponseValidationError: The output is not of that type. The error keeps the body.
    """
    adapter = adapter_of(kind)
    try:
        try:
            # Validated as JSON: even in a strict model, text is right for a date or an enum.
            return validate_json(adapter, to_json(envelope.data, inf_nan_mode="constants"))
        except PydanticSerializationError:
            return adapter.validate_python(envelope.data)
    except ValidationError as error:
        problem = problems(error)
    raise ResponseValidationError(
        f"The output of async request {envelope.request_id} is not a {type_name(kind)}: {problem}.",
        status_code=200,
        body=body[:KEPT],
        request_id=envelope.request_id,
    )


def _fields(body: bytes) -> dict[str, JsonValue]:
    """Return the fields of the JSON object.

    The lenient parser accepts what the strict one refuses: deep nesting, half of a surrogate pair, bytes that are not
    UTF-8.
    """
    value: JsonValue
    try:
        value = decode_json(body)
    except ValueError:
        value = json.loads(body.decode("utf-8", "replace"))
        check_depth(value)
    return value if isinstance(value, dict) else {}


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None


def _moment(value: JsonValue) -> datetime | None:
    try:
        moment = _MOMENT.validate_python(value)
    except ValidationError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _errors(value: JsonValue) -> tuple[AsyncErrorDetail, ...]:
    """Return the errors in any form: an unreadable error is still an error."""
    if not value:
        return ()
    return tuple(_error(each) for each in (value if isinstance(value, list) else [value]))


def _error(value: JsonValue) -> AsyncErrorDetail:
    if isinstance(value, dict):
        rest = {key: each for key, each in value.items() if key not in ("code", "message")}
        return AsyncErrorDetail.model_validate(
            {**rest, "code": _written(value.get("code")), "message": _written(value.get("message"))}
        )
    return AsyncErrorDetail(message=_written(value))


def _written(value: JsonValue) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


def _result(envelope: Envelope, data: T | None) -> AsyncPredictResult[T]:
    return AsyncPredictResult(
        request_id=envelope.request_id,
        data=data,
        errors=envelope.errors,
        time=envelope.time,
        type=envelope.type,
        model_id=envelope.model_id,
        chain_id=envelope.chain_id,
        deployment_id=envelope.deployment_id,
    )
