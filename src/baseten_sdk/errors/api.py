"""A call that failed: no connection, no time, or a reply that cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .base import BasetenError
from .partial import WithPartial

if TYPE_CHECKING:
    from ..types.pool import Try


KEPT = 64 * 1024
"""Bytes of a reply's body that an error keeps."""

QUOTA_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached", "budget_exceeded", "quota_exceeded"})
"""Codes and types of an error that say that a quota is used up, whatever its status."""


def body_text(body: object, name: str) -> str | None:
    """Return a text from an error's body: from its top level, or from its `error`."""
    error = body.get("error") if isinstance(body, dict) else None
    inner = error if isinstance(error, dict) else body
    value = inner.get(name) if isinstance(inner, dict) else None
    return value if isinstance(value, str) else None


class APIError(BasetenError):
    """A call to the service failed.

    Attributes:
        method: The HTTP verb of the call.
        url: The URL of the call, without credentials and query.
        request_id: The service's ID of the request, or else the caller's own. None if neither is known.
        attempts: How often the request was tried.
        elapsed: Seconds from the start of the call to this error.
        body: What the service sent, if anything.
        code: The service's error code, if there is one.
        type: The service's error type, if there is one.
        tries: For a call to a pool: each request that was made for it.
    """

    method: str | None = None
    url: str | None = None
    request_id: str | None = None
    attempts: int = 0
    elapsed: float | None = None
    tries: tuple[Try, ...] = ()
    body: object = None
    code: str | None = None
    type: str | None = None

    def __init__(self, message: str, *, request_id: str | None = None) -> None:
        super().__init__(message)
        self.request_id = request_id

    @property
    def quota_exhausted(self) -> bool:
        return self.code in QUOTA_CODES or self.type in QUOTA_CODES

    @property
    def param(self) -> str | None:
        """The parameter that the service complains about, if it names one."""
        return body_text(self.body, "param")

    def __str__(self) -> str:
        return f"{super().__str__()}{self._where()}"

    def _where(self) -> str:
        parts: list[str] = []
        if self.method and self.url:
            parts.append(f"{self.method} {self.url}")
        if self.attempts:
            tried = "1 attempt" if self.attempts == 1 else f"{self.attempts} attempts"
            parts.append(tried if self.elapsed is None else f"{tried} in {self.elapsed:.2f} s")
        if self.request_id:
            parts.append(f"request id {self.request_id}")
        return f" [{', '.join(parts)}]" if parts else ""


class APIConnectionError(APIError):
    """The service could not be reached, or the connection broke.

    Attributes:
        phase: What the call was doing: "connect", "write", "first_byte" or "idle" (reading the reply).
        status_code: The status of the reply, if its headers had arrived.
        permanent: Whether trying again cannot help, for example because a certificate is not trusted.
    """

    advice = "Check the network, proxy and base URL."

    def __init__(
        self,
        message: str,
        *,
        phase: str,
        status_code: int | None = None,
        permanent: bool = False,
        request_id: str | None = None,
        advice: str | None = None,
    ) -> None:
        super().__init__(message, request_id=request_id)
        if advice is not None:
            self.advice = advice
        self.phase = phase
        self.status_code = status_code
        self.permanent = permanent

    @property
    def transient(self) -> bool:
        return not self.permanent


class APITimeoutError(WithPartial, APIConnectionError, TimeoutError):
    """A time limit was reached.

    Attributes:
        phase: What the call was doing at that time.
        limit: The limit in seconds.
    """

    advice = "Raise the limit named here with timeout= or deadline=."

    def __init__(
        self,
        message: str,
        *,
        phase: str,
        limit: float | None = None,
        status_code: int | None = None,
        request_id: str | None = None,
        advice: str | None = None,
    ) -> None:
        super().__init__(message, phase=phase, status_code=status_code, request_id=request_id, advice=advice)
        self.limit = limit
        self.partial = None


class ConnectTimeout(APITimeoutError):
    """There was no connection within `Timeout.connect` seconds."""

    advice = "Check the network, proxy and base URL, or raise Timeout(connect=...)."


class FirstByteTimeout(APITimeoutError):
    """There was no reply, or no first event of a stream, within `Timeout.first_byte` seconds of the request."""

    advice = "The model may still be running; raise Timeout(first_byte=...), or use async_predict for long work."


class IdleTimeout(APITimeoutError):
    """A reply paused for more than `Timeout.idle` seconds."""

    advice = "Raise Timeout(idle=...) if the model really pauses that long."


class DeadlineExceeded(APITimeoutError):
    """The call, with its queueing, retries and waits, took longer than `deadline` seconds.

    Methods that wait, for example for the end of an async request, raise it too.
    """

    advice = "Raise deadline=, or lower max_retries."


class ResponseValidationError(WithPartial, APIError):
    """The reply arrived, but it cannot be read as the expected type.

    Attributes:
        status_code: The HTTP status, usually 200.
        body: The first 64 KiB of the reply's body.
        headers: The reply's headers. Their names are in lower case.
        partial: The response, if it could be read but says that it failed.
    """

    advice = "The reply is in .body; check the base URL, the model, and the type that was asked for."

    def __init__(
        self,
        message: str,
        *,
        status_code: int,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, request_id=request_id)
        self.status_code = status_code
        self.body: bytes = body  # pyright: ignore[reportIncompatibleVariableOverride]  # what is told is bytes here
        self.headers: dict[str, str] = dict(headers or {})
        self.partial = None
