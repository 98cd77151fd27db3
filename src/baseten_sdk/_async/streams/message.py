"""A stream of messages as typed events: what `messages.stream` returns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

from ..._core.messages.answer import MessageAnswerForm
from ..._core.messages.events import MessageEvents
from ..._core.messages.partials import MessagePartials
from ..._core.messages.reader import MessageReader
from ..._core.request.options import Options
from ..._core.request.request import Request
from ...types.message_events import MessageStopEvent, MessageStreamEvent, RawMessageStreamEvent, TextEvent
from ...types.messages import Message
from ...types.parsed_message import ParsedMessage
from ...types.reply import attach_meta
from ..calls.service import AsyncCalls
from .observed import typed_stream
from .partials import AsyncPartials
from .reply import AsyncPicked, AsyncReplyStream
from .typed import AsyncTypedStream

T = TypeVar("T")


class AsyncMessageStream(AsyncReplyStream[RawMessageStreamEvent, MessageStreamEvent, Message], Generic[T]):
    """The events of a message as they arrive. Enter it, then iterate over it.

    You may leave the block early, by `break`, an exception or cancellation. That gives the connection back at once.
    `snapshot` keeps what arrived.

    Example:
        async with client.messages.stream(model=..., max_tokens=1024, messages=[...]) as stream:
            async for event in stream:
                match event:
                    case TextEvent(text):
                        print(text, end="")
        message = await stream.get_final_message()

    Raises (from the iteration):
        StreamInterrupted: The stream ended or broke before the message was complete. `partial` holds what arrived.
        StreamAPIError: The service reported an error inside the stream.
    """

    _made_by = "client.messages.stream(...)"

    def __init__(self, caller: AsyncCalls, request: Request, options: Options, form: MessageAnswerForm[T]) -> None:
        super().__init__(caller, request, options)
        self._events = MessageEvents()
        self._form = form

    async def _open(self) -> AsyncTypedStream[RawMessageStreamEvent]:
        body = await self._caller.open(self._request, self._options)
        return typed_stream(body, MessageReader(self._caller.limits))

    def _read(self, sent: RawMessageStreamEvent) -> Iterable[MessageStreamEvent]:
        events = self._events.read(sent)
        if events and isinstance(events[-1], MessageStopEvent):
            self._final = attach_meta(events[-1].message, self.meta)
            if self._form.schema is not None:
                self._form.problem(self._final)
        return events

    @property
    def snapshot(self) -> Message | None:
        """The message so far. None before anything has arrived. The more has arrived, the longer it takes."""
        return self._final or self._events.snapshot()

    @property
    def current_message_snapshot(self) -> Message:
        """The same as `snapshot`, under Anthropic's name for it.

        Raises:
            ConfigurationError: Nothing has arrived yet.
        """
        return self._something()

    @property
    def text_stream(self) -> AsyncPicked[MessageStreamEvent, str]:
        """The text of the message, piece by piece, without the other events."""
        return AsyncPicked(self, lambda event: event.text if isinstance(event, TextEvent) else None)

    def partials(self) -> AsyncPartials[T]:
        """Iterate over the object of `output_format=` while it grows.

        A partial object does not yet satisfy its type: see `partials()` of a chat stream.
        """
        schema = self._form.required_schema("partials()")
        return AsyncPartials(AsyncPicked(self, MessagePartials(self._form, schema, self._events).read))

    async def get_final_message(self) -> Message:
        """Read to the end and return the whole message.

        `parsed_output` is the object, if `output_format=` asked for one.

        Raises:
            StreamInterrupted: There is no whole message.
            BasetenError: The stream failed. It is raised again if iterating has already raised it.
        """
        return await self.get_final_reply()

    async def get_final_text(self) -> str:
        """Read to the end and return the text of the message."""
        return (await self.get_final_reply()).text

    async def get_parsed(self) -> ParsedMessage[T]:
        """Read to the end and return the validated object of `output_format=`.

        Raises:
            OutputError: There is no valid object. The error holds the reply.
        """
        message = await self.get_final_reply()
        self._form.required_schema("get_parsed()")
        return self._form.read((message,))
