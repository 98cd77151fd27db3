"""`client.messages`: messages in Anthropic's form, of a Model API, a dedicated deployment, or a gateway.

It owns what a user sees: arguments, overloads and their documentation. `message_calls` makes the calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Literal, Never, TypeVar, Unpack, overload

from ..._core.request.service_urls import BaseURL
from ..._core.request.unavailable import Unavailable
from ...types.message_params import MessagesOptions, MessageTurn, System
from ...types.messages import Message, MessageTokensCount
from ..calls.service import AsyncService
from .message_calls import AsyncMessageCalls, MessageCall
from .model_calls import within

if TYPE_CHECKING:
    from typing_extensions import TypeForm

    from ..._core.chat.tool_loop import OnToolError
    from ..._core.schema.tool import ToolLike
    from ...types.message_events import MessageStreamEvent, RawMessageStreamEvent
    from ...types.parsed_message import ParsedMessage
    from ..streams.message import AsyncMessageStream
    from ..streams.typed import AsyncTypedStream
    from .message_run import AsyncMessageRun
    from .raw import AsyncRawMessages

T = TypeVar("T")


class AsyncMessages(Unavailable):
    """Messages, of the model that `model=` names or of one engine."""

    _instead: ClassVar[Mapping[str, str]] = {
        "batches": "Baseten has no batches of messages. For many messages, use client.batch with batch.messages(...).",
        "tool_runner": "Use run_tools(...).",
        "with_streaming_response": "Use create(stream=True) or stream(...).",
    }

    def __init__(self, service: AsyncService, base_url: BaseURL | None = None) -> None:
        self._calls = AsyncMessageCalls(service, base_url)

    @cached_property
    def with_raw_response(self) -> AsyncRawMessages:
        """Like `create`, but also returns the raw reply. For headers alone, use `.meta` of a reply."""
        from .raw import AsyncRawMessages

        return AsyncRawMessages(self._calls)

    @overload
    async def create(
        self,
        *,
        model: str,
        messages: Iterable[MessageTurn],
        max_tokens: int,
        stream: Literal[False] | None = None,
        system: System | None = None,
        tools: Iterable[ToolLike] | None = None,
        **params: Unpack[MessagesOptions],
    ) -> Message: ...

    @overload
    async def create(
        self,
        *,
        model: str,
        messages: Iterable[MessageTurn],
        max_tokens: int,
        stream: Literal[True],
        system: System | None = None,
        tools: Iterable[ToolLike] | None = None,
        **params: Unpack[MessagesOptions],
    ) -> AsyncTypedStream[RawMessageStreamEvent]: ...

    @overload
    async def create(
        self,
        *,
        model: str,
        messages: Iterable[MessageTurn],
        max_tokens: int,
        stream: bool,
        system: System | None = None,
        tools: Iterable[ToolLike] | None = None,
        **params: Unpack[MessagesOptions],
    ) -> Message | AsyncTypedStream[RawMessageStreamEvent]: ...

    async def create(
        self,
        *,
        model: str,
        messages: Iterable[MessageTurn],
        max_tokens: int,
        stream: bool | None = None,
        system: System | None = None,
        tools: Iterable[ToolLike] | None = None,
        **params: Unpack[MessagesOptions],
    ) -> Message | AsyncTypedStream[RawMessageStreamEvent]:
        """Ask a model for the next message.

        Example:
            message = await client.messages.create(
                model="zai-org/GLM-5.2", max_tokens=1024, messages=[{"role": "user", "content": "Hi"}]
            )
            print(message.text)

        Args:
            model: A slug of the Model APIs (it contains "/"), or the eight-letter ID of a dedicated model.
            messages: The conversation: dicts, or messages that a model sent.
            max_tokens: The most tokens of the answer, thinking included.
            stream: Return the events of the answer as they come.
            system: The system prompt.
            tools: What the model may call: dicts in Anthropic's form or a chat's, pydantic models, `@tool`s or
                functions.
            **params: Sampling parameters, thinking, tool_choice, and the options of every call. Only what you set is
                sent. None is the same as leaving a parameter out.

        Raises:
            APIStatusError: The service replied with an error. `NotFoundError` also where the model has no messages.
            APIConnectionError: The service was not reached in time, or the connection broke.
            ResponseValidationError: The reply is not a message.
            InvalidRequestError: The request cannot be sent; the message has the path of what is wrong.
        """
        call = MessageCall(model, max_tokens, system, params)
        more = {"tools": _sent(tools)} if tools is not None else {}
        if stream:
            return await self._calls.raw_events(call, messages, more)
        return await self._calls.complete(call, messages, more)

    @overload
    def stream(
        self,
        *,
        model: str,
        messages: Iterable[MessageTurn],
        max_tokens: int,
        output_format: TypeForm[T],
        system: System | None = None,
        tools: Iterable[ToolLike] | None = None,
        strict: bool = True,
        **params: Unpack[MessagesOptions],
    ) -> AsyncMessageStream[T]: ...

    @overload
    def stream(
        self,
        *,
        model: str,
        messages: Iterable[MessageTurn],
        max_tokens: int,
        output_format: None = None,
        system: System | None = None,
        tools: Iterable[ToolLike] | None = None,
        strict: bool = True,
        **params: Unpack[MessagesOptions],
    ) -> AsyncMessageStream[Never]: ...

    def stream(
        self,
        *,
        model: str,
        messages: Iterable[MessageTurn],
        max_tokens: int,
        output_format: TypeForm[T] | None = None,
        system: System | None = None,
        tools: Iterable[ToolLike] | None = None,
        strict: bool = True,
        **params: Unpack[MessagesOptions],
    ) -> AsyncMessageStream[T] | AsyncMessageStream[Never]:
        """Ask a model for the next message, and read it as typed events.

        Example:
            async with client.messages.stream(model="zai-org/GLM-5.2", max_tokens=1024, messages=[...]) as stream:
                async for text in stream.text_stream:
                    print(text, end="")
            message = await stream.get_final_message()

        Args:
            output_format: The type of the answer, as for `parse`. The model gives it as the arguments of a tool.
            strict: As for `parse`.
            **params: The other parameters. These, and the arguments not listed here, are as for `create`.

        Returns:
            A context manager. The call is made when it is entered.

        Raises:
            InvalidRequestError: The request cannot be sent, or a strict schema cannot express the type.
        """
        from ..._core.messages.answer import MessageAnswerForm

        form = MessageAnswerForm.of(output_format, tools, strict=strict)
        return self._calls.events(MessageCall(model, max_tokens, system, params), messages, form)

    @overload
    async def parse(
        self,
        *,
        model: str,
        messages: Iterable[MessageTurn],
        max_tokens: int,
        output_format: TypeForm[T],
        system: System | None = None,
        tools: Iterable[ToolLike] | None = None,
        strict: bool = True,
        output_retries: int = 0,
        **params: Unpack[MessagesOptions],
    ) -> ParsedMessage[T]: ...

    @overload
    async def parse(
        self,
        *,
        model: str,
        messages: Iterable[MessageTurn],
        max_tokens: int,
        tools: Iterable[ToolLike],
        system: System | None = None,
        **params: Unpack[MessagesOptions],
    ) -> ParsedMessage[Never]: ...

    async def parse(
        self,
        *,
        model: str,
        messages: Iterable[MessageTurn],
        max_tokens: int,
        output_format: TypeForm[T] | None = None,
        system: System | None = None,
        tools: Iterable[ToolLike] | None = None,
        strict: bool = True,
        output_retries: int = 0,
        **params: Unpack[MessagesOptions],
    ) -> ParsedMessage[T] | ParsedMessage[Never]:
        """Ask a model for an object of a type.

        Example:
            invoice = await client.messages.parse(
                model="zai-org/GLM-5.2", max_tokens=1024, messages=[...], output_format=Invoice
            )
            print(invoice.parsed.total)

        Args:
            output_format: A pydantic model, or any other type that pydantic can validate. The model is given a tool
                with that schema, and has to call it: not every server takes a schema for messages. Left out: only tool
                calls are read.
            tools: What the model may call instead. The calls are in `tool_calls`, with validated arguments.
            strict: Close the schema as strict mode does. False sends it as pydantic makes it.
            output_retries: How often to send an answer that does not validate back to the model, with its problems.
            **params: The other parameters. These, and the arguments not listed here, are as for `create`, but there is
                no `tool_choice` where there is a type.

        Raises:
            RefusalError: The model refused.
            ContentFilterError: A filter stopped the answer.
            LengthLimitError: The answer was cut at `max_tokens`. `partial` holds what could be read.
            OutputValidationError: The answer is not an `output_format`.
            ToolArgumentError: The arguments of a tool call do not validate.
            InvalidRequestError: There is neither a type nor a tool, or a strict schema cannot express the type.
        """
        from ..._core.chat.answer import check_question
        from ..._core.messages.answer import MessageAnswerForm

        check_question(output_retries, typed=output_format is not None or bool(tools), argument="output_format")
        form = MessageAnswerForm.of(output_format, tools, strict=strict)
        call = MessageCall(model, max_tokens, system, params)
        return await self._calls.parsed(call, messages, form, output_retries)

    def run_tools(
        self,
        *,
        model: str,
        messages: Iterable[MessageTurn],
        max_tokens: int,
        tools: Iterable[ToolLike],
        max_turns: int = 8,
        stream: bool = False,
        on_tool_error: OnToolError = "report",
        system: System | None = None,
        **params: Unpack[MessagesOptions],
    ) -> AsyncMessageRun:
        """Let a model use tools until it has its answer, in a simple loop.

        Example:
            run = client.messages.run_tools(
                model="zai-org/GLM-5.2", max_tokens=1024, messages=[...], tools=[get_weather]
            )
            print((await run.until_done()).text)

        Args:
            max_tokens: As for `create`, for each turn.
            tools: Functions, plain or async, or `@tool`s. The calls of a turn run side by side, plain functions in
                worker threads. The run ends when the model calls a tool that was given as a dict or a model.
            max_turns: How often the model may answer.
            stream: Stream the model's turns, so that the run yields the events of `stream`.
            on_tool_error: "report" sends exceptions, bad arguments and unknown tools to the model. "raise" raises them
                once the turn's other calls have ended.
            **params: The other parameters. These, and the arguments not listed here, are as for `create`. A deadline
                bounds the whole run, its tools included. Without a `session`, the run gets one of its own, so that each
                turn finds the prefix cache of the previous ones.

        Returns:
            The run. Nothing is sent until you iterate over it or call `until_done`.
        """
        from ..._core.chat.tool_loop import ToolLoop
        from ..._core.messages.answer import MessageAnswerForm
        from ..._core.messages.dialect import MessageDialect
        from ...types.message_events import MessageStopEvent
        from .message_run import AsyncMessageRun

        form: MessageAnswerForm[Never] = MessageAnswerForm(None, tools)
        shared, deadline = self._calls.of_run(params)

        def call(left: float) -> MessageCall:
            return MessageCall(model, max_tokens, system, within(shared, left))

        async def ask(conversation: Sequence[MessageTurn], left: float) -> Message:
            return await self._calls.complete(call(left), conversation, form.params)

        def ask_stream(conversation: Sequence[MessageTurn], left: float) -> AsyncMessageStream[Never]:
            return self._calls.events(call(left), conversation, form)

        def ended(message: Message) -> MessageStreamEvent:
            return MessageStopEvent(message)

        loop = ToolLoop(MessageDialect(), messages, form.toolbox, max_turns, on_tool_error, deadline)
        return AsyncMessageRun(loop, ask, ask_stream if stream else None, ended, self._calls.caller.clock)

    async def count_tokens(
        self,
        *,
        messages: Iterable[MessageTurn],
        model: str = "",
        system: System | None = None,
        tools: Iterable[ToolLike] | None = None,
        **params: Unpack[MessagesOptions],
    ) -> MessageTokensCount:
        """Estimate how many tokens the input of a call has. Nothing is sent: Baseten's service does not count.

        Args:
            model: As for `create`. The estimate is the same for all models.
            **params: The other parameters. These, and the arguments not listed here, are as for `create`.

        Returns:
            The estimate. Its `estimated` is True.

        Raises:
            InvalidRequestError: The input cannot be sent.
        """
        from ..._core.messages.estimate import estimate_tokens
        from ..._core.messages.request import PARAMETERS, blocks, turns

        PARAMETERS.split(params)
        prompt = system if isinstance(system, str) or system is None else blocks(system, "system")
        tokens = estimate_tokens(turns(messages), prompt, _sent(tools or ()))
        return MessageTokensCount(input_tokens=tokens)


def _sent(tools: Iterable[ToolLike]) -> list[Mapping[str, object]]:
    """Return the tools as they are sent."""
    from ..._core.messages.tools import message_tools

    return message_tools(tools)[0]
