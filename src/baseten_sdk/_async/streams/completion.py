"""A chat stream as typed events: what `chat.completions.stream` returns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

from ..._core.chat.answer import ChatAnswerForm
from ..._core.chat.events import ChatEvents
from ..._core.request.options import Options
from ..._core.request.request import Request
from ...errors import OutputError
from ...types.chat import ChatCompletion
from ...types.chunks import ChatCompletionChunk
from ...types.events import Finished, PartialObject, StreamEvent, TextDelta
from ...types.parsed import Parsed
from ...types.reply import attach_meta
from ..calls.service import AsyncCalls
from .chat import AsyncChatStream
from .opening import open_chat
from .partials import AsyncPartials
from .reply import AsyncPicked, AsyncReplyStream

T = TypeVar("T")


class AsyncCompletionStream(AsyncReplyStream[ChatCompletionChunk, StreamEvent[T], ChatCompletion], Generic[T]):
    """The events of a chat completion as they arrive. Enter it, then iterate over it.

    You may leave the block early, by `break`, an exception or cancellation. That gives the connection back at once.
    `snapshot` keeps what arrived.

    Example:
        async with client.chat.completions.stream(model=..., messages=[...]) as stream:
            async for event in stream:
                match event:
                    case TextDelta(text):
                        print(text, end="")

    Raises (from the iteration):
        StreamInterrupted: The stream ended or broke before the message was complete. `partial` holds what arrived.
        StreamAPIError: The service reported an error inside the stream.
        ToolArgumentError: The arguments of a call do not validate. Raised at the end, with the whole completion.
    """

    _made_by = "client.chat.completions.stream(...)"

    def __init__(
        self,
        caller: AsyncCalls,
        request: Request,
        options: Options,
        form: ChatAnswerForm[T],
        *,
        lenient: bool = False,
    ) -> None:
        super().__init__(caller, request, options)
        self._form = form
        self._events = ChatEvents(form.toolbox, form.schema, lenient=lenient)

    async def _open(self) -> AsyncChatStream:
        return await open_chat(self._caller, self._request, self._options)

    def _read(self, sent: ChatCompletionChunk) -> Iterable[StreamEvent[T]]:
        return self._events.read(sent)

    def _conclude(self) -> Iterable[StreamEvent[T]]:
        """Return the last events. The completion of the very last one is the final completion."""
        events = self._events.end()
        for event in events:
            if isinstance(event, Finished):
                self._final = attach_meta(event.completion, self.meta)
                if self._form.schema is not None:
                    self._form.problem(event.completion)
        return events

    @property
    def _withheld(self) -> OutputError | None:
        return self._events.error

    @property
    def snapshot(self) -> ChatCompletion | None:
        """The completion so far. None before the first choice. The more has arrived, the longer it takes."""
        return self._final or self._events.snapshot()

    @property
    def current_completion_snapshot(self) -> ChatCompletion:
        """The same as `snapshot`, under OpenAI's name for it.

        Raises:
            ConfigurationError: Nothing has arrived yet.
        """
        return self._something()

    @property
    def text_stream(self) -> AsyncPicked[StreamEvent[T], str]:
        """The text of the first choice, piece by piece, without the other events."""
        return AsyncPicked(self, lambda event: event.text if isinstance(event, TextDelta) and not event.index else None)

    def partials(self) -> AsyncPartials[T]:
        """Iterate over the object of `response_format=` while it grows.

        A partial object does not yet satisfy its type. Fields that have not arrived are None or their default, whatever
        their type says. Values that are not complete are not validated. `missing` of the iterator names the fields of
        the last object that have not arrived. Use `get_parsed()` for the complete object.

        Example:
            partials = stream.partials()
            async for invoice in partials:
                if "total" not in partials.missing:
                    print(invoice.total)
        """
        self._form.required_schema("partials()")
        return AsyncPartials(AsyncPicked(self, lambda event: event if isinstance(event, PartialObject) else None))

    async def get_final_completion(self) -> ChatCompletion:
        """Read to the end and return the whole completion. `choices[0].message.parsed` is the object if it is valid.

        Raises:
            StreamInterrupted: The stream was left before its end.
            BasetenError: The stream failed. It is the same error that an iteration may have raised before.
        """
        return await self.get_final_reply()

    async def get_parsed(self) -> Parsed[T]:
        """Read to the end and return the validated object of `response_format=`.

        Raises:
            OutputError: There is no valid object. The error holds the completion.
        """
        completion = await self.get_final_completion()
        self._form.required_schema("get_parsed()")
        return self._form.read((completion,))
