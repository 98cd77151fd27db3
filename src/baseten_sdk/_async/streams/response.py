"""The stream of a response: its events as they arrive, and the response that they make up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

from ..._core.request.options import Options
from ..._core.request.request import Request
from ..._core.responses.answer import ResponseAnswerForm
from ..._core.responses.commentary import Commentary, answer_text
from ..._core.responses.partials import ResponsePartials
from ..._core.responses.reader import ResponseReader
from ...config import Limits
from ...errors import BasetenError, ToolArgumentError
from ...types.parsed_response import ParsedResponse
from ...types.reply import attach_meta
from ...types.response_events import (
    ResponseOutputItemAddedEvent,
    ResponseStreamEvent,
    ResponseTextDeltaEvent,
    ResponseTextDoneEvent,
)
from ...types.responses import ModelResponse
from ..calls.body import AsyncResponseStream
from ..calls.service import AsyncCalls
from .observed import AsyncObservedStream, typed_stream
from .partials import AsyncPartials
from .reply import AsyncPicked, AsyncReplyStream
from .typed import AsyncTypedStream

T = TypeVar("T")


class AsyncResponseEvents(AsyncTypedStream[ResponseStreamEvent]):
    """The events of a response as they arrive.

    Use it as a context manager, or iterate over it to its end. Both give the connection back.
    """

    def __init__(self, body: AsyncResponseStream, limits: Limits) -> None:
        self._responses = ResponseReader(limits)
        super().__init__(body, self._responses)

    @property
    def response(self) -> ModelResponse | None:
        """The response so far. None before anything has arrived. After the last event, the whole response."""
        response = self._responses.partial()
        return None if response is None else attach_meta(response, self.meta)


class AsyncObservedResponseEvents(AsyncObservedStream[ResponseStreamEvent], AsyncResponseEvents):
    """The events of a response, reported to observers."""


def response_events(body: AsyncResponseStream, limits: Limits) -> AsyncResponseEvents:
    """Return the events of a body, reported to the observer of the call if there is one."""
    return AsyncResponseEvents(body, limits) if body.observed is None else AsyncObservedResponseEvents(body, limits)


class AsyncModelResponseStream(AsyncReplyStream[ResponseStreamEvent, ResponseStreamEvent, ModelResponse], Generic[T]):
    """The events of a response as they arrive, and what was asked for. Enter it, then iterate over it.

    You may leave the block early, by `break`, an exception or cancellation. That gives the connection back at once.
    `snapshot` keeps what arrived.

    Example:
        async with client.responses.stream(model=..., input="Hi") as stream:
            async for event in stream:
                match event:
                    case ResponseTextDeltaEvent(delta=text):
                        print(text, end="")
            response = await stream.get_final_response()

    Raises (from the iteration):
        StreamInterrupted: The stream ended or broke before the response was complete. `partial` holds what arrived.
        StreamAPIError: The response failed, or the service reported an error inside the stream.
        ToolArgumentError: The arguments of a call do not validate. Raised at the end, with the whole response.
    """

    _made_by = "client.responses.stream(...)"

    def __init__(
        self,
        caller: AsyncCalls,
        request: Request,
        options: Options,
        form: ResponseAnswerForm[T],
        *,
        lenient: bool = False,
    ) -> None:
        super().__init__(caller, request, options)
        self._form = form
        self._lenient = lenient
        self._reader = ResponseReader(caller.limits)
        self._commentary = Commentary()
        self._bad_arguments: ToolArgumentError | None = None

    async def _open(self) -> AsyncTypedStream[ResponseStreamEvent]:
        return typed_stream(await self._caller.open(self._request, self._options), self._reader)

    def _read(self, sent: ResponseStreamEvent) -> Iterable[ResponseStreamEvent]:
        if isinstance(sent, ResponseTextDoneEvent):
            if not self._commentary.holds(sent):
                self._form.note(sent)
        elif isinstance(sent, ResponseOutputItemAddedEvent):
            self._commentary.add(sent)
        elif self._final is None and self._reader.done and self._reader.final is not None:
            self._final = attach_meta(self._reader.final, self.meta)
            problem = self._form.problem(self._final)
            if isinstance(problem, ToolArgumentError) and not self._lenient:
                self._bad_arguments = problem
        return (sent,)

    @property
    def _withheld(self) -> BasetenError | None:
        return self._bad_arguments

    @property
    def snapshot(self) -> ModelResponse | None:
        """The response so far. None before anything has arrived. The more has arrived, the longer it takes."""
        partial = self._final or self._reader.partial()
        return None if partial is None else attach_meta(partial, self.meta)

    @property
    def text_stream(self) -> AsyncPicked[ResponseStreamEvent, str]:
        """The text, piece by piece, without the other events."""
        return AsyncPicked(self, lambda event: event.delta if isinstance(event, ResponseTextDeltaEvent) else None)

    def partials(self) -> AsyncPartials[T]:
        """Iterate over the object of `text_format=` while it grows.

        A partial object does not yet satisfy its type: see `partials()` of a chat stream.
        """
        schema, so_far = self._form.required_schema("partials()"), self.snapshot
        partials = ResponsePartials(schema, "" if so_far is None else answer_text(so_far), self._commentary)
        return AsyncPartials(AsyncPicked(self, partials.read))

    async def get_final_response(self) -> ModelResponse:
        """Read to the end and return the whole response. `output_parsed` is the object if it is valid.

        Raises:
            StreamInterrupted: There is no whole response.
            BasetenError: The stream failed. It is raised again if iterating has already raised it.
        """
        return await self.get_final_reply()

    async def get_parsed(self) -> ParsedResponse[T]:
        """Read to the end and return the validated object of `text_format=`.

        Raises:
            OutputError: There is no valid object. The error holds the reply.
        """
        response = await self.get_final_reply()
        self._form.required_schema("get_parsed()")
        return self._form.read((response,))
