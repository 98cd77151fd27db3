"""Decodes a streamed body piece by piece. It must not know what the pieces mean."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Generic, Self, TypeAlias, TypeVar

from ..._core.stream.frames import FrameCut, FrameError
from ..._core.stream.json_lines import JSONLineError
from ..._core.stream.lines import LineTooLong
from ..._core.stream.sse import EventTooLarge
from ...errors import APIConnectionError, APITimeoutError, StreamDecodeError, StreamError, StreamInterrupted
from ..calls.body import AsyncResponseStream

T = TypeVar("T")

Piece: TypeAlias = bytes


class _TooLarge(ValueError):
    """The whole stream is larger than allowed."""


class AsyncPieces(Generic[T]):
    """The decoded pieces of a body as they arrive.

    Args:
        body: The open reply.
        feed: Decodes a piece.
        flush: Decodes what is left at the end.
        most: The maximum size of the body in bytes.
    """

    def __init__(
        self,
        body: AsyncResponseStream,
        feed: Callable[[Piece], Iterable[T]],
        flush: Callable[[], Iterable[T]],
        most: int,
    ) -> None:
        self._body = body
        self._feed = feed
        self._flush = flush
        self._left = most
        self._most = most
        self._ready: deque[T] = deque()
        self._ended = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        ready = self._ready
        while not ready:
            await self._more()
        return ready.popleft()

    async def _more(self) -> None:
        body = self._body
        if self._ended or body.closed:
            await body.aclose()
            raise StopAsyncIteration
        try:
            piece = await body.receive()
        except APITimeoutError:
            raise
        except APIConnectionError as error:
            raise body.described(StreamInterrupted(f"The stream was cut: {error.message}")) from error
        self._left -= len(piece)
        try:
            if self._left < 0:
                raise _TooLarge(f"it is larger than {self._most} bytes; see Limits(stream=...)")
            if piece:
                self._ready.extend(self._feed(piece))
            else:
                self._ended = True
                self._ready.extend(self._flush())
        except FrameCut as error:
            failure: StreamError = StreamInterrupted(f"The stream was cut: {error}.")
        except (EventTooLarge, FrameError, LineTooLong, JSONLineError, _TooLarge) as error:
            failure = StreamDecodeError(f"The stream cannot be read: {error}.")
        else:
            if self._ready:
                body.progress()
            return
        piece = b""  # It may echo the key, and a traceback would show it.
        await body.aclose()
        raise body.described(failure)
