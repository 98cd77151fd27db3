"""What all streams of items can do, by the names that OpenAI's users annotate them with."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self, TypeVar, runtime_checkable

T_co = TypeVar("T_co", covariant=True)


@runtime_checkable
class Stream(Protocol[T_co]):
    """A stream that is iterated and closed: `ChatStream` is a `Stream[ChatCompletionChunk]`."""

    def __iter__(self) -> Self: ...
    def __next__(self) -> T_co: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...


@runtime_checkable
class AsyncStream(Protocol[T_co]):
    """The same with `await`: `AsyncChatStream` is an `AsyncStream[ChatCompletionChunk]`."""

    def __aiter__(self) -> Self: ...
    async def __anext__(self) -> T_co: ...
    async def close(self) -> None: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...
