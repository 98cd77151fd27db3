"""A chat stream as typed events: what `chat.completions.stream` gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Generic, Self, TypeVar

from ..._core.chat.events import EventReader
from ..._core.chat.output import read_answer, read_output
from ..._core.request.options import Options
from ..._core.request.request import Request
from ..._core.schema.schema import Schema
from ...errors import BasetenError, ConfigurationError, OutputError, StreamInterrupted
from ...types.chat import ChatCompletion, attach_parsed
from ...types.events import Finished, PartialObject, StreamEvent, TextDelta
from ...types.meta import Meta
from ...types.parsed import Parsed
from ...types.reply import attach_meta
from ..calls.service import AsyncCalls
from .chat import AsyncChatStream
from .opening import open_chat

T = TypeVar("T")
V = TypeVar("V")


class AsyncCompletionStream(Generic[T]):
    """The events of a chat completion, as they come. Enter it, then iterate it.

    Leaving the block early, by `break`, an exception or cancellation, gives the connection back at once; what had
    arrived is in `snapshot`.

    Example:
        async with client.chat.completions.stream(model=..., messages=[...]) as stream:
            async for event in stream:
                match event:
                    case TextDelta(text):
                        print(text, end="")

    Raises (from the iteration):
        StreamInterrupted: the stream ended, or broke, before the message was complete; `partial` holds what had come.
        StreamAPIError: the service reported an error inside the stream.
        ToolArgumentError: the arguments of a call do not validate; raised at the end, with the whole completion.
    """

    def __init__(self, caller: AsyncCalls, request: Request, options: Options, reader: EventReader[T]) -> None:
        self._caller = caller
        self._request = request
        self._options = options
        self._reader = reader
        self._opened: AsyncChatStream | None = None
        self._arrived: Iterator[StreamEvent[T]] = iter(())
        self._ended = False
        self._final: ChatCompletion | None = None
        self._failure: BasetenError | None = None

    @property
    def _chunks(self) -> AsyncChatStream:
        if self._opened is None:
            raise ConfigurationError(
                "Enter the stream first: async with client.chat.completions.stream(...) as stream."
            )
        return self._opened

    @property
    def meta(self) -> Meta:
        """Request id, status, headers and attempts; `elapsed` is the time to the headers."""
        return self._chunks.meta

    @property
    def snapshot(self) -> ChatCompletion | None:
        """What has arrived so far, put together; None before the first choice. Its cost is that of what has arrived."""
        return self._final or self._reader.snapshot()

    @property
    def current_completion_snapshot(self) -> ChatCompletion:
        """The same as `snapshot`, under the name that it has at OpenAI.

        Raises:
            ConfigurationError: nothing has arrived yet.
        """
        snapshot = self.snapshot
        if snapshot is None:
            raise ConfigurationError("Nothing has arrived yet; `snapshot` is None then.")
        return snapshot

    @property
    def text_stream(self) -> AsyncSelected[T, str]:
        """The text of the first choice, piece by piece, without the other events."""
        return AsyncSelected(
            self, lambda event: event.text if isinstance(event, TextDelta) and not event.index else None
        )

    def partials(self) -> AsyncPartials[T]:
        """The object that `response_format=` asks for, as more and more of it comes.

        An object is not yet what its type says: fields that have not come are None or their default, whatever their
        type, and unfinished values are not validated. `missing` of the iterator names the fields of the last object
        that have not come. Use `get_parsed()` for the complete object.

        Example:
            partials = stream.partials()
            async for invoice in partials:
                if "total" not in partials.missing:
                    print(invoice.total)
        """
        if self._reader.schema is None:
            raise ConfigurationError("partials() needs response_format= to be a type.")
        return AsyncPartials(self)

    async def until_done(self) -> Self:
        """Read to the end, throwing the events away; then it is the stream itself."""
        async for _ in self:
            pass
        return self

    async def get_final_completion(self) -> ChatCompletion:
        """Read to the end: the whole completion. `choices[0].message.parsed` is the object, if it is a valid one.

        Raises:
            StreamInterrupted: there is no whole completion.
            BasetenError: how the stream failed, also where an iteration has raised that already.
        """
        await self.until_done()
        if self._failure is not None:
            raise self._failure
        if self._final is None:
            raise StreamInterrupted("The stream was left before its end.", partial=self._reader.snapshot())
        return self._final

    async def get_parsed(self) -> Parsed[T]:
        """Read to the end: the object that `response_format=` asks for, validated.

        Raises:
            OutputError: there is no valid object; the error holds the completion.
        """
        completion = await self.get_final_completion()
        if self._reader.schema is None:
            raise ConfigurationError("get_parsed() needs response_format= to be a type.")
        outputs, calls = read_answer(self._reader.schema, self._reader.toolbox, completion)
        return Parsed(completion, outputs, calls, (completion,))

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> StreamEvent[T]:
        while True:
            for event in self._arrived:
                return event
            if self._ended:
                raise StopAsyncIteration
            await self._more()

    async def _more(self) -> None:
        """Wait for events; where there are no more, raise what is wrong with the answer."""
        chunks = self._chunks
        try:
            if self._reader.error is not None:
                raise self._reader.error
            chunk = await anext(chunks)
        except StopAsyncIteration:
            if chunks.complete:
                self._arrived = iter(self._concluded(self._reader.end()))
            self._ended = self._reader.error is None
        except BasetenError as error:
            self._failure = error
            self._ended = True
            raise
        else:
            self._arrived = iter(self._reader.read(chunk))

    def _concluded(self, events: list[StreamEvent[T]]) -> list[StreamEvent[T]]:
        """The last events; the completion of the very last is the final one."""
        for event in events:
            if isinstance(event, Finished):
                self._final = attach_meta(event.completion, self.meta)
                if self._reader.schema is not None:
                    _try_parse(self._reader.schema, event.completion)
        return events

    async def aclose(self) -> None:
        """Stop here, and give the connection back. Closing twice is fine."""
        if self._opened is not None:
            await self._opened.aclose()

    # unasync: remove
    async def close(self) -> None:
        """The same as `aclose`, under the name that it has at OpenAI."""
        await self.aclose()

    # unasync: end
    async def __aenter__(self) -> Self:
        if self._opened is not None:
            raise ConfigurationError("A stream is entered once; call stream(...) again for another.")
        self._opened = await open_chat(self._caller, self._request, self._options)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


class AsyncSelected(Generic[T, V]):
    """One kind of a stream's events, as plain values."""

    def __init__(self, stream: AsyncCompletionStream[T], select: Callable[[StreamEvent[T]], V | None]) -> None:
        self._stream = stream
        self._select = select

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> V:
        while True:
            value = self._select(await anext(self._stream))
            if value is not None:
                return value


class AsyncPartials(Generic[T]):
    """The objects of a stream, ever fuller.

    Attributes:
        missing: The names of the fields of the last object that have not come.
    """

    def __init__(self, stream: AsyncCompletionStream[T]) -> None:
        self._stream = stream
        self.missing: tuple[str, ...] = ()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while True:
            event = await anext(self._stream)
            if isinstance(event, PartialObject):
                self.missing = event.missing
                return event.value


def _try_parse(schema: Schema[T], completion: ChatCompletion) -> None:
    try:
        attach_parsed(completion, read_output(schema, completion))
    except OutputError:
        return
