"""Hooks: functions and observers that a client calls while it works.

`hooks=` takes functions, which get a `RetryEvent` for each retry, and observers, which watch calls from start to end. A
hook runs inside the call, so keep it short. If it raises, the client logs the exception and continues.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from .types.meta import Meta
    from .types.pool import Target

__all__ = ["CallEnded", "CallObserver", "CallStarted", "Hook", "Observer", "RetryEvent", "WaitEvent"]


@dataclass(frozen=True, slots=True)
class RetryEvent:
    """An attempt that failed and will be retried.

    Attributes:
        method: The HTTP method.
        url: The URL without its query.
        attempt: Number of the attempt that failed, from 1.
        reason: What failed, such as "429" or "connect failed".
        wait: Seconds until the next attempt.
        request_id: The service's ID of the request that failed, if known.
    """

    method: str
    url: str
    attempt: int
    reason: str
    wait: float
    request_id: str | None


@dataclass(frozen=True, slots=True)
class WaitEvent:
    """A call that must wait before it is sent.

    Attributes:
        method: The HTTP method.
        url: The URL without its query.
        reason: "gate" if the service has refused calls, "rate" if a limit per minute is reached, "queue" if
            `Limits(concurrency=...)` calls are already in flight.
        seconds: The shortest time that the wait can take; None if unknown.
    """

    method: str
    url: str
    reason: Literal["gate", "rate", "queue"]
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class CallStarted:
    """A call that is about to be made.

    A call to a pool is reported once for each request that it makes, hedges included.

    Attributes:
        method: The HTTP method.
        url: The URL without its query.
        streamed: Whether the reply is read as it arrives.
        headers: The headers of the request without the key. Names are in lower case. Values of headers whose names look
            secret, such as `x-api-key`, are "[hidden]".
        body: The body of the request. It is JSON if the content type says so.
        member: The member of the pool that gets the request. None outside of pools.
        hedge: Whether this request is a hedge: a second one, sent because the first is slow.
    """

    method: str
    url: str
    streamed: bool
    headers: Mapping[str, str]
    body: bytes
    member: Target | None = None
    hedge: bool = False


@dataclass(frozen=True, slots=True)
class CallEnded:
    """A call that ended without an error.

    Attributes:
        result: What the call returned, such as a `ChatCompletion`, also for `with_raw_response`. For a chat
            stream, the completion as far as it arrived. None if there is no result, or it is not known.
        meta: The request ID, status, headers and attempts.
        complete: Whether the reply was read to its end. False if the caller left a stream early.
    """

    result: object
    meta: Meta
    complete: bool = True


class CallObserver:
    """Watch one call. Override the methods that you need.

    `ended` or `failed` is the last method that is called. If a stream is never closed, it ends when it is garbage
    collected.
    """

    def headers(self) -> Mapping[str, str]:
        """Return headers to add to the request, such as those of a trace. Headers that the caller set win."""
        return {}

    def active(self) -> AbstractContextManager[object]:
        """Return a context manager that is active during the call, until the reply was read or the stream is open."""
        return nullcontext()

    def retrying(self, event: RetryEvent) -> None:
        """React to an attempt that failed and will be retried."""

    def waiting(self, event: WaitEvent) -> None:
        """React when the call starts to wait for its turn. Afterwards, `meta.waited` says how long it waited."""

    def chunk(self, chunk: object) -> None:
        """React to a piece of a stream: a `ChatCompletionChunk`, or the type that the stream is read as."""

    def ended(self, end: CallEnded) -> None:
        """React to the end of a call that succeeded."""

    def failed(self, error: BaseException) -> None:
        """React to the end of a call that failed or was canceled. `error` is what the caller gets."""


class Observer(ABC):
    """Watches the calls of a client."""

    @abstractmethod
    def started(self, call: CallStarted) -> CallObserver | None:
        """Return an observer for the call that is about to be made, or None to ignore the call."""


Hook: TypeAlias = Callable[[RetryEvent], object] | Observer
"""A function that is called at each retry, or an observer of whole calls."""
