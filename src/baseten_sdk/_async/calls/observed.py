"""Observed calls. A client without observers never imports this module."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from ..._core.policy.observers import ObservedCall, observe
from ..._core.policy.retry_budget import RetryBudget
from ..._core.reply.response import WholeResponse
from ..._core.request.options import Options
from ..._core.request.request import Request
from ..._io.key_source import AsyncKeySource
from ...config import Limits
from ...errors import ResponseValidationError
from ...hooks import CallEnded, Hook, Observer
from ...types.meta import Meta
from ...types.response import RawResponse, Response
from .body import AsyncResponseStream
from .call import AsyncCaller
from .connections import AsyncConnections

if TYPE_CHECKING:
    from .upgraded import AsyncUpgraded

T = TypeVar("T")


class AsyncObservedCaller(AsyncCaller):
    """Makes calls and reports them to observers."""

    def __init__(
        self,
        *,
        key_source: AsyncKeySource,
        connections: AsyncConnections,
        limits: Limits,
        budget: RetryBudget,
        hooks: Sequence[Hook] = (),
    ) -> None:
        super().__init__(key_source=key_source, connections=connections, limits=limits, budget=budget, hooks=hooks)
        self._observers = tuple(hook for hook in hooks if isinstance(hook, Observer))

    async def fetch(
        self,
        request: Request,
        options: Options,
        read: Callable[[WholeResponse], T],
        observed: ObservedCall | None = None,
    ) -> tuple[T, Meta]:
        request, observed = observe(self._observers, request, streamed=False)

        def read_twice(response: WholeResponse) -> tuple[T, object]:
            """Read the reply for the caller, and for the observers without what it echoes."""
            result = read(response)
            clean = response.redacted()
            return result, result if clean is response else _tried(read, clean)

        try:
            with observed.active():
                (result, observable), meta = await super().fetch(request, options, read_twice, observed)
        except BaseException as error:
            observed.failed(error)
            raise
        observed.ended(CallEnded(_observable(observable, meta), meta))
        return result, meta

    async def connect(self, request: Request, options: Options, observed: ObservedCall | None = None) -> AsyncUpgraded:
        request, observed = observe(self._observers, request, streamed=True)
        try:
            with observed.active():
                return await super().connect(request, options, observed)
        except BaseException as error:
            observed.failed(error)
            raise

    async def open(
        self, request: Request, options: Options, observed: ObservedCall | None = None
    ) -> AsyncResponseStream:
        request, observed = observe(self._observers, request, streamed=True)
        try:
            with observed.active():
                return await super().open(request, options, observed)
        except BaseException as error:
            observed.failed(error)
            raise


def _tried(read: Callable[[WholeResponse], object], response: WholeResponse) -> object:
    """Read a reply that may make sense no more without what was removed. Return None if so."""
    try:
        return read(response)
    except ResponseValidationError:
        return None


def _observable(result: object, meta: Meta) -> object:
    """Return what observers see of a result. Of an unread reply, they see no headers except those of `meta`."""
    match result:
        case RawResponse():
            return result.parse()
        case WholeResponse():
            return Response(result.status, meta.headers, result.body, meta)
        case _:
            return result
