"""Calls and streams that observers watch. Clients without observers never come here, and pay nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from ..._core.policy.observers import Watch, WatchedRequest, watched
from ..._core.policy.retry_budget import RetryBudget
from ..._core.request.options import Options
from ..._core.request.request import Answer, Request
from ..._io.key_source import AsyncKeyring
from ...config import Limits
from ...hooks import CallEnded, Hook, Observer, RetryEvent
from ...types.chunks import ChatCompletionChunk
from ...types.meta import Meta
from ..calls.body import AsyncBody
from ..calls.call import AsyncCaller
from ..calls.connections import AsyncConnections
from .chat import AsyncChatStream
from .predict import AsyncPieces

T = TypeVar("T")


class AsyncWatchedCaller(AsyncCaller):
    """Makes calls, and tells observers of them."""

    def __init__(
        self,
        *,
        keyring: AsyncKeyring,
        connections: AsyncConnections,
        limits: Limits,
        budget: RetryBudget,
        hooks: Sequence[Hook] = (),
    ) -> None:
        super().__init__(keyring=keyring, connections=connections, limits=limits, budget=budget, hooks=hooks)
        self._observers = tuple(hook for hook in hooks if isinstance(hook, Observer))

    async def fetch(self, request: Request, options: Options, read: Callable[[Answer], T]) -> tuple[T, Meta]:
        asked = watched(self._observers, request, streamed=False)
        watch = asked.watch
        try:
            with watch.active():
                result, meta = await super().fetch(asked, options, read)
        except BaseException as error:
            watch.failed(error)
            raise
        watch.ended(CallEnded(result, meta))
        return result, meta

    async def open(self, request: Request, options: Options) -> AsyncBody:
        asked = watched(self._observers, request, streamed=True)
        try:
            with asked.watch.active():
                return await super().open(asked, options)
        except BaseException as error:
            asked.watch.failed(error)
            raise

    def _tell(self, request: Request, event: RetryEvent) -> None:
        super()._tell(request, event)
        if isinstance(request, WatchedRequest):
            request.watch.retrying(event)


class AsyncWatchedChatStream(AsyncChatStream):
    """The chunks of a chat, told to observers as they are handed over."""

    def __init__(self, body: AsyncBody, limits: Limits, watch: Watch) -> None:
        super().__init__(body, limits)
        self._watch = watch

    async def __anext__(self) -> ChatCompletionChunk:
        try:
            chunk = await super().__anext__()
        except StopAsyncIteration:
            self._ended()
            raise
        except BaseException as error:
            self._watch.failed(error)
            raise
        self._watch.chunk(chunk)
        return chunk

    async def aclose(self) -> None:
        try:
            await super().aclose()
        finally:
            self._ended()

    def _ended(self) -> None:
        if not self._watch.over:
            self._watch.ended(CallEnded(self._reader.partial(), self.meta, self.complete))


class AsyncWatchedPieces(AsyncPieces[T]):
    """The pieces of a deployment's stream, told to observers as they are handed over."""

    def __init__(self, pieces: AsyncPieces[T], watch: Watch) -> None:
        super().__init__(pieces._body, pieces._feed, pieces._flush)
        self._watch = watch

    async def __anext__(self) -> T:
        try:
            piece = await super().__anext__()
        except StopAsyncIteration:
            self._watch.ended(CallEnded(None, self._body.meta, self._ended))
            raise
        except BaseException as error:
            self._watch.failed(error)
            raise
        self._watch.chunk(piece)
        return piece
