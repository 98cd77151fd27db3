"""What a client tells those who listen.

`hooks=` takes functions, which are called with a `RetryEvent`, and observers, which watch calls from their start to
their end. A hook runs within the call that it is told of: keep it short. What it raises is logged and nothing more.
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
    """An attempt failed and another will be made.

    Attributes:
        method: the verb.
        url: the URL without its query.
        attempt: number of the attempt that failed, from 1.
        reason: what failed, such as "429" or "connect failed".
        wait: seconds until the next attempt.
        request_id: the service's id of the request that failed, where known.
    """

    method: str
    url: str
    attempt: int
    reason: str
    wait: float
    request_id: str | None


@dataclass(frozen=True, slots=True)
class WaitEvent:
    """A call has to wait before it is sent.

    Attributes:
        method: the verb.
        url: the URL without its query.
        reason: "gate" where the service has refused calls, "rate" where a limit per minute is reached, "queue" where
            `Limits(concurrency=...)` calls are in flight.
        seconds: how long the wait is at least; None where that is not known.
    """

    method: str
    url: str
    reason: Literal["gate", "rate", "queue"]
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class CallStarted:
    """A call is about to be made.

    Each request of a call to a pool is a call of its own here, and so is each hedge.

    Attributes:
        method: the verb.
        url: the URL without its query.
        streamed: whether the reply is read as it comes.
        headers: what is sent, names in lower case; without the key.
        body: what is sent; JSON where the content type says so.
        member: the member of a pool that it goes to; None outside of pools.
        hedge: whether it is sent beside another request that is slow.
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
    """A call ended without an error.

    Attributes:
        result: what the call returned, such as a `ChatCompletion`; of a chat stream, the completion as far as it came;
            None where there is nothing, or it is not known.
        meta: request id, status, headers and attempts.
        complete: whether the reply was read to its end; a stream may be left before.
    """

    result: object
    meta: Meta
    complete: bool = True


class CallObserver:
    """What an observer wants to know of one call: override what is of interest.

    After `ended` or `failed` nothing more is told. A stream that is forgotten, not closed, ends when it is collected.
    """

    def headers(self) -> Mapping[str, str]:
        """Headers to add to the request, such as a trace's; those that the caller set stay."""
        return {}

    def active(self) -> AbstractContextManager[object]:
        """Entered while the call is made: until its reply was read, or its stream is open."""
        return nullcontext()

    def retrying(self, event: RetryEvent) -> None:
        """An attempt failed and another will be made."""

    def waiting(self, event: WaitEvent) -> None:
        """The call begins to wait for its turn; `meta.waited` says how long it was."""

    def chunk(self, chunk: object) -> None:
        """A piece of a stream was handed over: a `ChatCompletionChunk`, or what the stream is read as."""

    def ended(self, end: CallEnded) -> None:
        """The call is over, and its reply is there."""

    def failed(self, error: BaseException) -> None:
        """The call is over: this is what its caller gets, cancellation included."""


class Observer(ABC):
    """Watches the calls of a client."""

    @abstractmethod
    def started(self, call: CallStarted) -> CallObserver | None:
        """A call is about to be made: what is to be told of it; None for nothing."""


Hook: TypeAlias = Callable[[RetryEvent], object] | Observer
"""A function that is told of retries, or an observer of whole calls."""
