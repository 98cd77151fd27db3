"""The calls behind `chat.completions`: from arguments to a completion, to chunks, to events, to an object.

It must not know overloads or defaults. Objects and typed streams import what only they need.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from ..._core.chat.reply import read_chat
from ..._core.chat.request import PARAMETERS, chat_request, check_format
from ..._core.request.options import Options
from ..._core.request.request import Request
from ...errors import OutputError, OutputValidationError
from ...types.chat import ChatCompletion, attach_parsed
from ...types.params import Message
from ...types.reply import attach_meta
from .model_calls import AsyncModelCalls

if TYPE_CHECKING:
    from ..._core.schema.schema import Schema
    from ..._core.schema.toolbox import Toolbox
    from ...types.parsed import Parsed
    from ..streams.chat import AsyncChatStream
    from ..streams.completion import AsyncCompletionStream

T = TypeVar("T")


class AsyncChatCalls(AsyncModelCalls):
    """Makes the calls, of the model that is named or of one engine."""

    PARAMETERS = PARAMETERS

    async def complete(
        self,
        model: str,
        messages: Iterable[Message],
        params: Mapping[str, object],
        tools: Sequence[Mapping[str, object]] | None,
        response_format: Mapping[str, object] | None = None,
    ) -> ChatCompletion:
        """Make one call and return the whole completion."""
        request, options = self.prepared(model, messages, params, tools=tools, response_format=response_format)
        completion, meta = await self.caller.fetch(request, options, read_chat)
        return attach_meta(completion, meta)

    async def chunks(
        self,
        model: str,
        messages: Iterable[Message],
        params: Mapping[str, object],
        tools: Sequence[Mapping[str, object]] | None,
    ) -> AsyncChatStream:
        """Make one call and return its chunks as they come."""
        from ..streams.opening import open_chat

        request, options = self.prepared(model, messages, params, tools=tools, stream=True)
        return await open_chat(self.caller, request, options)

    def events(
        self,
        model: str,
        messages: Iterable[Message],
        params: Mapping[str, object],
        toolbox: Toolbox,
        schema: Schema[T] | None,
        response_format: Mapping[str, object] | None,
        *,
        lenient: bool = False,
    ) -> AsyncCompletionStream[T]:
        """Return the events of a call that is made when they are entered.

        Args:
            toolbox: What the model may call.
            schema: The type of the answer, if one was asked for.
            response_format: What is sent of it.
            lenient: Accept arguments that do not validate; the caller deals with them.
        """
        from ..._core.chat.events import EventReader
        from ..streams.completion import AsyncCompletionStream

        request, options = self.prepared(
            model, messages, params, tools=toolbox.params, response_format=response_format, stream=True
        )
        reader = EventReader(toolbox, schema, lenient=lenient)
        return AsyncCompletionStream(self.caller, request, options, reader)

    async def parsed(
        self,
        model: str,
        messages: Iterable[Message],
        params: Mapping[str, object],
        toolbox: Toolbox,
        schema: Schema[T] | None,
        output_retries: int,
    ) -> Parsed[T]:
        """Ask until the answer is valid, at most `output_retries` times after the first."""
        from ..._core.chat.correction import with_correction
        from ..._core.chat.output import read_answer
        from ...types.parsed import Parsed

        form = None if schema is None else schema.response_format()
        conversation = list(messages)
        attempts: list[ChatCompletion] = []
        while True:
            completion = await self.complete(model, conversation, params, toolbox.params, form)
            attempts.append(completion)
            try:
                outputs, calls = read_answer(schema, toolbox, completion)
            except OutputError as error:
                error.attempts = tuple(attempts)
                if len(attempts) > output_retries or not isinstance(error, OutputValidationError):
                    raise
                conversation = with_correction(conversation, error)
                continue
            if outputs:
                attach_parsed(completion, outputs[0])
            return Parsed(completion, outputs, calls, tuple(attempts))

    def prepared(
        self,
        model: str,
        messages: Iterable[Message],
        params: Mapping[str, object],
        *,
        tools: Sequence[Mapping[str, object]] | None = None,
        response_format: Mapping[str, object] | None = None,
        stream: bool = False,
    ) -> tuple[Request, Options]:
        """Build the request, and the options that hold for it."""
        body, options = self._split(params)
        if tools:
            body["tools"] = tools
        if response_format is not None:
            body["response_format"] = response_format
        elif "response_format" in body:
            check_format(body["response_format"])
        base_url, name = self._engine(model)
        return chat_request(base_url, name, messages, body, options, stream=stream), options
