"""A chat stream that other members of a pool continue if it is cut."""

from __future__ import annotations

from collections.abc import Iterator

from ...config import Limits
from ...errors import APITimeoutError, ContinuationError, DeadlineExceeded, StreamInterrupted
from ...types.chunks import ChatCompletionChunk
from ...types.meta import Meta
from ..calls.continued import AsyncContinuation
from .chat import AsyncChatStream
from .observed import chat_stream


class AsyncContinuedChatStream(AsyncChatStream):
    """The chunks of one message, whichever members send them. Observers see each part as its own stream.

    Args:
        part: The stream that begins it.
        continuation: Opens the others.
    """

    def __init__(self, part: AsyncChatStream, continuation: AsyncContinuation, limits: Limits) -> None:
        super().__init__(part._body, limits)
        self._part = part
        self._continuation = continuation
        self._limits = limits

    @property
    def meta(self) -> Meta:
        return self._part.meta

    @property
    def complete(self) -> bool:
        return self._part.complete

    async def __anext__(self) -> ChatCompletionChunk:
        while True:
            try:
                return await anext(self._part)
            except DeadlineExceeded:
                raise
            except (StreamInterrupted, APITimeoutError) as cut:
                try:
                    body = await self._continuation.open(cut, self._part.meta)
                except ContinuationError as refused:
                    raise self._part._body.described(refused) from cut
                self._part = chat_stream(body, self._limits, after=self._part)

    async def batch(self) -> Iterator[ChatCompletionChunk]:
        return iter((await anext(self),))

    async def aclose(self) -> None:
        await self._part.aclose()
