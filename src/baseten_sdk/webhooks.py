"""Checking that a webhook request comes from Baseten, and reading what it says.

The signature is an HMAC-SHA256 over the raw body, in hex, with the whole secret as the key, `whsec_` included. While a
secret is being rotated, two signatures are sent. Nothing but the body is signed, so the only time that can be trusted
is the body's own `time`.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Protocol, TypeVar, overload

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from .errors import ConfigurationError, ResponseValidationError, WebhookSignatureError
from .errors.api import KEPT
from .types.async_requests import AsyncErrorDetail
from .types.json import JsonValue
from .types.reply import NullAs
from .types.webhooks import AsyncPredictResult

__all__ = ["SIGNATURE_HEADER", "sign", "verify"]

T = TypeVar("T")

SIGNATURE_HEADER = "x-baseten-signature"

VERSION = "v1="
"""Signatures of other versions are ignored."""

TOLERANCE = 300.0
"""Seconds that a delivery may be old, unless told otherwise."""


class HasItems(Protocol):
    """Headers of any framework: Starlette, FastAPI, Flask and Django requests have them as `request.headers`."""

    def items(self) -> Iterable[tuple[str, str]]: ...


class _Delivery(BaseModel):
    """The envelope, as posted."""

    model_config = ConfigDict(extra="ignore", protected_namespaces=(), defer_build=True)

    request_id: str
    type: str = "async_request_completed"
    time: datetime | None = None
    data: JsonValue = None
    errors: Annotated[list[AsyncErrorDetail], NullAs(list)] = Field(default_factory=list)
    model_id: str | None = None
    chain_id: str | None = None
    deployment_id: str | None = None


@overload
def verify(
    body: bytes,
    headers: HasItems,
    secrets: str | Sequence[str],
    tolerance: float | None = TOLERANCE,
    *,
    as_: type[T],
    allow_unsigned: bool = False,
    now: float | None = None,
) -> AsyncPredictResult[T]: ...


@overload
def verify(
    body: bytes,
    headers: HasItems,
    secrets: str | Sequence[str],
    tolerance: float | None = TOLERANCE,
    *,
    as_: None = None,
    allow_unsigned: bool = False,
    now: float | None = None,
) -> AsyncPredictResult[JsonValue]: ...


def verify(
    body: bytes,
    headers: HasItems,
    secrets: str | Sequence[str],
    tolerance: float | None = TOLERANCE,
    *,
    as_: type[T] | None = None,
    allow_unsigned: bool = False,
    now: float | None = None,
) -> AsyncPredictResult[T] | AsyncPredictResult[JsonValue]:
    """Check a webhook request and read it.

    Example:
        result = verify(await request.body(), request.headers, secrets=[new, old])

    Args:
        body: the request's body, byte for byte as it came; never parsed and written again.
        headers: the request's headers, their names in any case.
        secrets: the webhook secret, or all that are valid while one is rotated, `whsec_` included.
        tolerance: seconds that the delivery may be old, or ahead of this machine's clock; None turns the check off.
        as_: the type of the output, anything that pydantic can validate.
        allow_unsigned: take requests without any signature, as a workspace without a secret sends them.
        now: the time in seconds since the epoch, for tests.

    Raises:
        WebhookSignatureError: it is not signed by one of the secrets, is no delivery, or is too old.
        ResponseValidationError: it is genuine, but its output is not an `as_`.
        ConfigurationError: there are no secrets.
    """
    if not isinstance(body, bytes | bytearray | memoryview):
        raise ConfigurationError(f"body must be the raw bytes of the request, not {type(body).__name__}.")
    body = bytes(body)
    _check_signature(body, headers, _keys(secrets, allow_unsigned), allow_unsigned)
    try:
        delivery = _Delivery.model_validate_json(body)
    except ValidationError:
        delivery = None
    if delivery is None:
        raise WebhookSignatureError("The body of the webhook request is no delivery of Baseten's.")
    if tolerance is not None:
        _check_age(delivery.time, tolerance, time.time() if now is None else now)
    if as_ is None:
        untyped: AsyncPredictResult[JsonValue] = _result(delivery, delivery.data)
        return untyped
    output: T | None = None if delivery.data is None and delivery.errors else _typed(delivery.data, as_, body)
    result: AsyncPredictResult[T] = _result(delivery, output)
    return result


def sign(body: bytes, secrets: str | Sequence[str]) -> str:
    """The value of the `X-Baseten-Signature` header that Baseten would send, for tests of your own receiver."""
    return ",".join(VERSION + _digest(body, key) for key in _keys(secrets, False))


def _keys(secrets: str | Sequence[str], allow_none: bool) -> list[bytes]:
    given = [secrets] if isinstance(secrets, str) else list(secrets)
    if not all(isinstance(secret, str) and secret for secret in given) or not (given or allow_none):
        raise ConfigurationError("secrets must be one or more non-empty strings, as Baseten shows them (whsec_...).")
    return [secret.encode() for secret in given]


def _digest(body: bytes, key: bytes) -> str:
    return hmac.new(key, body, hashlib.sha256).hexdigest()


def _check_signature(body: bytes, headers: HasItems, keys: list[bytes], allow_unsigned: bool) -> None:
    """Compare every signature with every secret; how many there are shows in the time, which of them fits does not."""
    values = [value for name, value in headers.items() if name.lower() == SIGNATURE_HEADER]
    if not values:
        if allow_unsigned:
            return
        raise WebhookSignatureError("The webhook request is not signed; allow_unsigned=True takes it all the same.")
    candidates = [part.strip() for value in values for part in value.split(",")]
    signatures = [part[len(VERSION) :].encode("utf-8", "replace") for part in candidates if part.startswith(VERSION)]
    digests = [_digest(body, key).encode() for key in keys]
    matches = [hmac.compare_digest(signature, digest) for signature in signatures for digest in digests]
    if not any(matches):
        raise WebhookSignatureError("No signature of the webhook request fits any of the secrets.")


def _check_age(sent: datetime | None, tolerance: float, now: float) -> None:
    if sent is None:
        raise WebhookSignatureError("The webhook request has no time, so its age cannot be checked.")
    moment = sent if sent.tzinfo is not None else sent.replace(tzinfo=UTC)
    age = now - moment.timestamp()
    if abs(age) > tolerance:
        raise WebhookSignatureError(
            f"The webhook request was sent {age:.0f} s ago; {tolerance:g} s are allowed. Check this machine's clock."
        )


def _typed(data: JsonValue, kind: type[T], body: bytes) -> T:
    try:
        return TypeAdapter(kind).validate_python(data)
    except ValidationError as error:
        problem = str(error)
    raise ResponseValidationError(
        f"The output in the webhook is not a {kind}: {problem}", status_code=200, body=body[:KEPT]
    )


def _result(delivery: _Delivery, data: T | None) -> AsyncPredictResult[T]:
    return AsyncPredictResult(
        request_id=delivery.request_id,
        data=data,
        errors=tuple(delivery.errors),
        time=delivery.time,
        type=delivery.type,
        model_id=delivery.model_id,
        chain_id=delivery.chain_id,
        deployment_id=delivery.deployment_id,
    )
