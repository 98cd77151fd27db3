"""The body of `async_predict`: its fields and their limits, checked before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypedDict
from urllib.parse import urlsplit

from ..._numbers import as_number
from ..._secrets import shown_url
from ...errors import InvalidRequestError
from ..request.json_codec import encode_json

LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class InferenceRetryConfig(TypedDict, total=False):
    """How Baseten itself repeats a failed inference.

    Attributes:
        max_attempts: 1 to 10 in all. Default: 3.
        initial_delay_ms: 0 to 10,000. Default: 1,000.
        max_delay_ms: 0 to 60,000. Default: 5,000.
    """

    max_attempts: int
    initial_delay_ms: int
    max_delay_ms: int


_RETRY_RANGES = {"max_attempts": (1, 10), "initial_delay_ms": (0, 10_000), "max_delay_ms": (0, 60_000)}


class QueueFields(NamedTuple):
    """What an async request says besides its input. None is the same as leaving a field out."""

    webhook_endpoint: str | None
    priority: int | None
    max_time_in_queue_seconds: int | None
    inference_retry_config: InferenceRetryConfig | None


def async_predict_body(model_input: object, fields: QueueFields, *, extra: Mapping[str, object], largest: int) -> bytes:
    """Encode the body.

    Raises:
        InvalidRequestError: A field is outside its limits, or the body is larger than `largest` bytes.
    """
    body: dict[str, object] = {"model_input": model_input}
    webhook, priority, seconds, retry = fields
    if webhook is not None:
        body["webhook_endpoint"] = check_webhook("webhook_endpoint", webhook)
    if priority is not None:
        body["priority"] = _within("priority", priority, 0, 2)
    if seconds is not None:
        body["max_time_in_queue_seconds"] = _within("max_time_in_queue_seconds", seconds, 10, 259_200)
    if retry is not None:
        body["inference_retry_config"] = _retry_config(retry)
    encoded = encode_json({**body, **extra})
    if len(encoded) > largest:
        raise InvalidRequestError(
            f"The async request is {len(encoded):,} bytes; the service takes {largest:,}. Upload the data and "
            "send its URL, or raise Limits(async_payload=...) if Baseten has raised the limit for you."
        )
    return encoded


def check_webhook(name: str, url: object) -> str:
    """Check a URL that the service is to post to.

    Raises:
        InvalidRequestError: It is not such a URL. `name` is the argument that held it.
    """
    if not isinstance(url, str) or any(c.isspace() or not c.isprintable() for c in url):
        raise InvalidRequestError(f"{name} must be a URL, not {shown_url(url)}.")
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as error:
        raise InvalidRequestError(f"{name} is not a valid URL: {error}.") from None
    if not host or parts.scheme not in ("https", "http"):
        raise InvalidRequestError(f"{name} must be an https URL, not {shown_url(url)}.")
    if parts.scheme == "http" and host not in LOCAL:
        raise InvalidRequestError(f"{name} must be https. Only localhost may be http.")
    return url


def _retry_config(config: InferenceRetryConfig) -> dict[str, int]:
    for name in config:
        if name not in _RETRY_RANGES:
            known = ", ".join(_RETRY_RANGES)
            raise InvalidRequestError(f"inference_retry_config has no field {name!r}. Its fields are {known}.")
    return {
        name: _within(f"inference_retry_config.{name}", value, *_RETRY_RANGES[name]) for name, value in config.items()
    }


def _within(name: str, value: object, low: int, high: int) -> int:
    value = as_number(value)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InvalidRequestError(f"{name} must be an integer from {low} to {high:,}, not {value!r}.")
    return value
