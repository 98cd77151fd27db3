"""Observed streams, and the choice between them and plain ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from ..._core.policy.observers import ObservedCall
from ..._core.stream.reader import StreamReader
from ...config import Limits
from ...errors.partial import PartialReply
from ...hooks import CallEnded
from ...types.chunks import ChatCompletionChunk
from ..calls.body import AsyncResponseStream
from .chat import AsyncChatStream
from .pieces import AsyncPieces
from .typed import AsyncTypedStream

E = TypeVar("E")
T = TypeVar("T")


def chat_stream(body: AsyncResponseStream, limits: Limits, after: AsyncChatStream | None = None) -> AsyncChatStream:
    """Return the chunks of a body, reported to the observer of the call if there is one; see `AsyncChatStream`."""
    kind = AsyncChatStream if body.observed is None else AsyncObservedChatStream
    return kind(body, limits, after)


def typed_stream(body: AsyncResponseStream, reader: StreamReader[E, PartialReply]) -> AsyncTypedStream[E]:
    """Return the events of a body, reported to the observer of the call if there is one."""
    return AsyncTypedStream(body, reader) if body.observed is None else AsyncObservedStream(body, reader)


class AsyncObservedStream(AsyncTypedStream[E]):
    """The events of a stream, reported to observers as they are returned.

    In a subclass, it stands before the stream's own class.
    """

    @property
    def _observed(self) -> ObservedCall:
        observed = self._body.observed
        assert observed is not None
        return observed

    async def __anext__(self) -> E:
        try:
            event = await super().__anext__()
        except StopAsyncIteration:
            self._ended()
            raise
        except BaseException as error:
            self._observed.failed(error)
            raise
        self._observed.chunk(self._body.redactor.value(event))
        return event

    async def batch(self) -> Iterator[E]:
        return iter((await anext(self),))

    async def aclose(self) -> None:
        try:
            await super().aclose()
        finally:
            self._ended()

    def _ended(self) -> None:
        if not self._observed.over:
            self._observed.ended(CallEnded(self._body.redactor.value(self._reader.partial()), self.meta, self.complete))


class AsyncObservedChatStream(AsyncObservedStream[ChatCompletionChunk], AsyncChatStream):
    """The chunks of a chat, reported to observers."""


class AsyncObservedPieces(AsyncPieces[T]):
    """The pieces of a deployment's stream, reported to observers as they are returned."""

    def __init__(self, pieces: AsyncPieces[T], observed: ObservedCall) -> None:
        super().__init__(pieces._body, pieces._feed, pieces._flush, pieces._most)
        self._observed = observed

    async def __anext__(self) -> T:
        try:
            piece = await super().__anext__()
        except StopAsyncIteration:
            self._observed.ended(CallEnded(None, self._body.meta, self._ended))
            raise
        except BaseException as error:
            self._observed.failed(error)
            raise
        self._observed.chunk(self._body.redactor.value(piece))
        return piece
