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
from typing import Protocol, TypeAlias, TypeVar, overload, runtime_checkable

from ._core.queue.delivery import Envelope, check_readable, read_envelope, read_stored, typed_result, untyped_result
from .config import check_seconds
from .errors import ConfigurationError, WebhookSignatureError
from .types.json import JsonValue
from .types.webhooks import AsyncPredictResult

__all__ = ["SIGNATURE_HEADER", "HeadersLike", "parse", "sign", "verify"]

T = TypeVar("T")

SIGNATURE_HEADER = "x-baseten-signature"

VERSION = "v1"
"""Signatures of other versions are ignored."""

TOLERANCE = 300.0
"""How many seconds old a delivery may be by default."""


@runtime_checkable
class HasItems(Protocol):
    """Headers of any framework: Starlette, FastAPI, Flask and Django requests have them as `request.headers`."""

    def items(self) -> Iterable[tuple[str, str]]: ...


HeadersLike: TypeAlias = HasItems | Iterable[tuple[bytes, bytes]] | Iterable[tuple[str, str]]
"""A mapping of any framework, or pairs such as an ASGI application's `scope["headers"]`."""


@overload
def verify(
    body: bytes,
    headers: HeadersLike,
    secrets: str | Sequence[str],
    tolerance: float | None = TOLERANCE,
    *,
    response_model: type[T],
    allow_unsigned: bool = False,
    now: float | None = None,
) -> AsyncPredictResult[T]: ...


@overload
def verify(
    body: bytes,
    headers: HeadersLike,
    secrets: str | Sequence[str],
    tolerance: float | None = TOLERANCE,
    *,
    response_model: None = None,
    allow_unsigned: bool = False,
    now: float | None = None,
) -> AsyncPredictResult[JsonValue]: ...


def verify(
    body: bytes,
    headers: HeadersLike,
    secrets: str | Sequence[str],
    tolerance: float | None = TOLERANCE,
    *,
    response_model: type[T] | None = None,
    allow_unsigned: bool = False,
    now: float | None = None,
) -> AsyncPredictResult[T] | AsyncPredictResult[JsonValue]:
    """Check a webhook request and read it.

    Example:
        result = verify(await request.body(), request.headers, secrets=[new, old])

    Args:
        body: The request's body, byte for byte as it came. Do not parse it and write it again.
        headers: The request's headers, as text or as bytes. The case of their names does not matter.
        secrets: The webhook secret, `whsec_` included. During a rotation, all valid ones.
        tolerance: How many seconds old the delivery may be, or ahead of this machine's clock. None turns the check off.
        response_model: The type of the output: anything that pydantic can validate.
        allow_unsigned: Accept requests without any signature, as a workspace without a secret sends them. If a request
            has signatures, one of them must still be valid.
        now: The time in seconds since the epoch, for tests.

    Raises:
        WebhookSignatureError: None of the secrets signed the request, it is not a delivery, or it is too old. `check`
            of the error says which.
        ResponseValidationError: The request is genuine, but it cannot be parsed, or its output is not a
            `response_model`.
        ConfigurationError: There are no secrets, or an argument is invalid.
    """
    body = _raw(body)
    keys = _keys(secrets, allow_unsigned)
    tolerance = check_seconds("tolerance", tolerance)
    _check_signature(body, headers, keys, allow_unsigned)
    envelope = read_envelope(body)
    if envelope is None:
        raise WebhookSignatureError("The body of the webhook request is not a delivery from Baseten.", check="body")
    if tolerance is not None:
        _check_age(envelope, tolerance, time.time() if now is None else now)
    check_readable(envelope, body)
    return untyped_result(envelope) if response_model is None else typed_result(envelope, response_model, body)


@overload
def parse(body: bytes, *, response_model: type[T]) -> AsyncPredictResult[T]: ...


@overload
def parse(body: bytes, *, response_model: None = None) -> AsyncPredictResult[JsonValue]: ...


def parse(
    body: bytes, *, response_model: type[T] | None = None
) -> AsyncPredictResult[T] | AsyncPredictResult[JsonValue]:
    """Read a delivery that you verified and stored earlier.

    This does not check the signature. Use `verify` for a request from the network.

    Args:
        body: The body, byte for byte.
        response_model: The type of the output: anything that pydantic can validate.

    Raises:
        ResponseValidationError: The body is not a delivery or cannot be parsed, or the output is not a
            `response_model`.
    """
    body = _raw(body)
    envelope = read_stored(body)
    return untyped_result(envelope) if response_model is None else typed_result(envelope, response_model, body)


def sign(body: bytes, secrets: str | Sequence[str]) -> str:
    """Sign a body as Baseten would, to test your own receiver.

    Returns:
        The value of the `X-Baseten-Signature` header.
    """
    return ",".join(f"{VERSION}={_digest(body, key)}" for key in _keys(secrets, False))


def _raw(body: object) -> bytes:
    if not isinstance(body, bytes | bytearray | memoryview):
        raise ConfigurationError(f"body must be the raw bytes of the request, not {type(body).__name__}.")
    return bytes(body)


def _keys(secrets: str | Sequence[str], allow_none: bool) -> list[bytes]:
    given = [secrets] if isinstance(secrets, str) else list(secrets)
    if not all(isinstance(secret, str) and secret.strip() for secret in given) or not (given or allow_none):
        raise ConfigurationError("secrets must be one or more non-empty strings, as Baseten shows them (whsec_...).")
    # A line feed at the end comes from the file that the secret was read from.
    return [secret.strip().encode() for secret in given]


def _digest(body: bytes, key: bytes) -> str:
    return hmac.new(key, body, hashlib.sha256).hexdigest()


def _check_signature(body: bytes, headers: HeadersLike, keys: list[bytes], allow_unsigned: bool) -> None:
    """Compare every signature with every secret; how many there are shows in the time, which of them fits does not."""
    values = [_text(value) for name, value in _pairs(headers) if _text(name).strip().lower() == SIGNATURE_HEADER]
    if not any(value.strip() for value in values):
        if allow_unsigned:
            return
        raise WebhookSignatureError("The webhook request is not signed.", check="unsigned")
    signatures = [
        signature.strip().lower().encode("utf-8", "replace")
        for value in values
        for version, _, signature in (part.partition("=") for part in value.split(","))
        if version.strip() == VERSION
    ]
    digests = [_digest(body, key).encode() for key in keys]
    matches = [hmac.compare_digest(signature, digest) for signature in signatures for digest in digests]
    if not any(matches):
        raise WebhookSignatureError("No signature of the webhook request fits any of the secrets.", check="signature")


def _pairs(headers: HeadersLike) -> Iterable[tuple[object, object]]:
    return headers.items() if isinstance(headers, HasItems) else headers


def _text(value: object) -> str:
    """Return a name or value, as text; other things, which are no header, as none."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if isinstance(value, str) else ""


def _check_age(envelope: Envelope, tolerance: float, now: float) -> None:
    if envelope.time is None:
        raise WebhookSignatureError("The webhook request has no time, so its age cannot be checked.", check="time")
    age = now - envelope.time.timestamp()
    if abs(age) > tolerance:
        when = f"{age:.0f} s ago" if age > 0 else f"{-age:.0f} s ahead of this machine's clock"
        raise WebhookSignatureError(f"The webhook request was sent {when}; {tolerance:g} s are allowed.", check="time")
