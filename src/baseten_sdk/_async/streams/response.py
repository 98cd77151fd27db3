"""The stream of a response: its events as they come, and what they make up."""

from __future__ import annotations

from types import TracebackType
from typing import Generic, Self, TypeVar

from ..._core.request.options import Options
from ..._core.request.request import Request
from ..._core.responses.outcome import Outcome
from ..._core.responses.reader import ResponseReader
from ...config import Limits
from ...errors import BasetenError, ConfigurationError, OutputError, StreamInterrupted, ToolArgumentError
from ...types.meta import Meta
from ...types.parsed_response import ParsedResponse
from ...types.reply import attach_meta
from ...types.response_events import ResponseStreamEvent, ResponseTextDeltaEvent, ResponseTextDoneEvent
from ...types.responses import ModelResponse
from ..calls.body import AsyncResponseStream
from ..calls.service import AsyncCalls
from .observed import AsyncObservedStream
from .typed import AsyncTypedStream

T = TypeVar("T")


class AsyncResponseEvents(AsyncTypedStream[ResponseStreamEvent]):
    """The events of a response, as they come.

    Use it as a context manager, or iterate it to its end; either gives the connection back.

    Example:
        async with await client.responses.create(model=..., input="Hi", stream=True) as events:
            async for event in events:
                if event.type == "response.output_text.delta":
                    print(event.delta, end="")

    Raises (from the iteration):
        StreamInterrupted: the stream ended, or broke, before the response was complete; `partial` holds what had come.
        StreamAPIError: the response failed, or the service reported an error inside the stream.
        StreamDecodeError: the stream holds something other than events.
        APITimeoutError: silence for too long, or the deadline passed; `partial` holds what had come.
    """

    def __init__(self, body: AsyncResponseStream, limits: Limits) -> None:
        self._responses = ResponseReader(limits)
        super().__init__(body, self._responses)

    @property
    def response(self) -> ModelResponse | None:
        """What has arrived so far, put together; None before anything has. After the last event, the whole response."""
        response = self._responses.partial()
        return None if response is None else attach_meta(response, self.meta)


class AsyncObservedResponseEvents(AsyncObservedStream[ResponseStreamEvent], AsyncResponseEvents):
    """The events of a response, told to observers."""


def response_events(body: AsyncResponseStream, limits: Limits) -> AsyncResponseEvents:
    """The events of a body, reported to the observer of the call if there is one."""
    return AsyncResponseEvents(body, limits) if body.observed is None else AsyncObservedResponseEvents(body, limits)


class AsyncModelResponseStream(Generic[T]):
    """The events of a response, as they come, and what was asked for. Enter it, then iterate it.

    Leaving the block early, by `break`, an exception or cancellation, gives the connection back at once; what had
    arrived is in `snapshot`.

    Example:
        async with client.responses.stream(model=..., input="Hi") as stream:
            async for event in stream:
                match event:
                    case ResponseTextDeltaEvent(delta=text):
                        print(text, end="")
            response = await stream.get_final_response()

    Raises (from the iteration):
        StreamInterrupted: the stream ended, or broke, before the response was complete; `partial` holds what had come.
        StreamAPIError: the response failed, or the service reported an error inside the stream.
        ToolArgumentError: the arguments of a call do not validate; raised at the end, with the whole response.
    """

    def __init__(self, caller: AsyncCalls, request: Request, options: Options, outcome: Outcome[T]) -> None:
        self._caller = caller
        self._request = request
        self._options = options
        self._outcome = outcome
        self._opened: AsyncResponseEvents | None = None
        self._failure: BasetenError | None = None
        self._parsed: ParsedResponse[T] | None = None
        self._read = False

    @property
    def _events(self) -> AsyncResponseEvents:
        if self._opened is None:
            raise ConfigurationError("Enter the stream first: async with client.responses.stream(...) as stream.")
        return self._opened

    @property
    def meta(self) -> Meta:
        """Request id, status, headers and attempts; `elapsed` is the time to the headers."""
        return self._events.meta

    @property
    def snapshot(self) -> ModelResponse | None:
        """What has arrived so far, put together; None before anything has. Its cost is that of what has arrived."""
        return self._events.response

    @property
    def text_stream(self) -> AsyncResponseText[T]:
        """The text, piece by piece, without the other events."""
        return AsyncResponseText(self)

    async def until_done(self) -> Self:
        """Read to the end, throwing the events away; then it is the stream itself."""
        async for _ in self:
            pass
        return self

    async def get_final_response(self) -> ModelResponse:
        """Read to the end: the whole response. `output_parsed` is the object, if it is a valid one.

        Raises:
            StreamInterrupted: there is no whole response.
            BasetenError: how the stream failed, also where an iteration has raised that already.
        """
        await self.until_done()
        if self._failure is not None:
            raise self._failure
        response = self._events.response
        if response is None or not self._events.complete:
            raise StreamInterrupted("The stream was left before its end.", partial=response)
        return response

    async def get_parsed(self) -> ParsedResponse[T]:
        """Read to the end: the object that `text_format=` asks for, validated.

        Raises:
            OutputError: there is no valid object; the error holds the reply.
        """
        response = await self.get_final_response()
        if self._outcome.schema is None:
            raise ConfigurationError("get_parsed() needs text_format= to be a type.")
        return self._parsed or self._outcome.read(response, (response,))

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ResponseStreamEvent:
        events = self._events
        if self._failure is not None:
            raise StopAsyncIteration
        try:
            event = await anext(events)
            if isinstance(event, ResponseTextDeltaEvent):
                return event
            if isinstance(event, ResponseTextDoneEvent):
                self._outcome.note(event)
            elif events.complete and not self._read:
                self._conclude()
        except BasetenError as error:
            self._failure = error
            raise
        return event

    def _conclude(self) -> None:
        """Read what was asked for, and tell the parts of the response. A wrong argument is an error at once."""
        self._read = True
        response = self._events.response
        assert response is not None
        try:
            self._parsed = self._outcome.read(response, (response,))
        except ToolArgumentError:
            raise
        except OutputError:
            return

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
        body = await self._caller.open(self._request, self._options)
        self._opened = response_events(body, self._caller.limits)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


class AsyncResponseText(Generic[T]):
    """The text of a stream, piece by piece."""

    def __init__(self, stream: AsyncModelResponseStream[T]) -> None:
        self._stream = stream

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        while True:
            event = await anext(self._stream)
            if isinstance(event, ResponseTextDeltaEvent):
                return event.delta
