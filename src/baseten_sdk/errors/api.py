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


def told(body: object, name: str) -> str | None:
    """A text that an error's body has, at its top or in its `error`."""
    error = body.get("error") if isinstance(body, dict) else None
    inner = error if isinstance(error, dict) else body
    value = inner.get(name) if isinstance(inner, dict) else None
    return value if isinstance(value, str) else None


class APIError(BasetenError):
    """A call to the service failed.

    Attributes:
        method: HTTP verb of the call.
        url: its URL without credentials and query.
        request_id: the service's id of the request, else the caller's own; None where neither is known.
        attempts: how often the request was tried.
        elapsed: seconds from the start of the call to this error.
        body: what the service sent, where it sent anything.
        code: its code, where there is one.
        type: its type, where there is one.
        tries: of a call to a pool, each request that was made for it.
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
        """The parameter that the service complains of, where it names one."""
        return told(self.body, "param")

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
        phase: what was being done: "connect", "write", "first_byte" or "idle" (reading the reply).
        status_code: the status of the reply, where its headers had arrived.
        permanent: whether trying again cannot help, as with a certificate that is not trusted.
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
    """A limit on time was reached.

    Attributes:
        phase: what was being done when it was reached.
        limit: the limit in seconds.
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
    """No connection within `Timeout.connect` seconds."""

    advice = "Check the network, proxy and base URL, or raise Timeout(connect=...)."


class FirstByteTimeout(APITimeoutError):
    """No reply within `Timeout.first_byte` seconds of sending the request (a stream: no first event)."""

    advice = "The model may still be running; raise Timeout(first_byte=...), or use async_predict for long work."


class IdleTimeout(APITimeoutError):
    """Silence in the middle of a reply for more than `Timeout.idle` seconds."""

    advice = "Raise Timeout(idle=...) if the model really pauses that long."


class DeadlineExceeded(APITimeoutError):
    """The whole call, with its queueing, retries and waits, did not fit into `deadline` seconds; or what was waited
    for, such as the end of an async request, had not come by then."""

    advice = "Raise deadline=, or lower max_retries."


class ResponseValidationError(APIError):
    """The reply arrived but cannot be read as what was asked for.

    Attributes:
        status_code: the HTTP status, usually 200.
        body: the reply's bytes, at most the first 64 KiB.
        headers: the reply's headers, names in lower case.
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
