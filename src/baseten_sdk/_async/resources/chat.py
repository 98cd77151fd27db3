"""`client.chat.completions`: chat with a Model API, a dedicated deployment, or a gateway.

It owns what a user sees: arguments, overloads and their documentation. `chat_calls` makes the calls. Methods for
structured outputs and tools import what only they need, so that a plain chat does without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Literal, Never, TypeVar, Unpack, overload

from ..._core.chat.tools import tool_params
from ..._core.request.service_urls import BaseURL
from ..._core.request.unavailable import Unavailable
from ...errors import InvalidRequestError
from ...types.chat import ChatCompletion
from ...types.params import ChatOptions, Message, ParseOptions, ResponseFormat
from ..calls.service import AsyncService
from .chat_calls import AsyncChatCalls
from .model_calls import within

if TYPE_CHECKING:
    from typing_extensions import TypeForm

    from ..._core.chat.tool_loop import OnToolError
    from ..._core.schema.tool import ToolLike
    from ...types.events import StreamEvent
    from ...types.parsed import Parsed
    from ..streams.chat import AsyncChatStream
    from ..streams.completion import AsyncCompletionStream
    from ..tool_run import AsyncToolRun
    from .raw import AsyncRawCompletions

T = TypeVar("T")


class AsyncChat:
    """Chat.

    Attributes:
        completions: Chat completions.
    """

    def __init__(self, service: AsyncService, base_url: BaseURL | None = None) -> None:
        self._service = service
        self._base_url = base_url

    @cached_property
    def completions(self) -> AsyncCompletions:
        return AsyncCompletions(self._service, self._base_url)


class AsyncBeta(Unavailable):
    """What was in beta at OpenAI when programs were written: `client.beta.chat.completions.parse`.

    Attributes:
        chat: The same as `client.chat`.
    """

    _instead: ClassVar[Mapping[str, str]] = {
        "messages": "Use client.messages. Its run_tools(...) is what tool_runner is at Anthropic."
    }

    def __init__(self, chat: AsyncChat) -> None:
        self.chat = chat


class AsyncCompletions:
    """Chat completions from the model that `model=` names, or from one engine."""

    def __init__(self, service: AsyncService, base_url: BaseURL | None = None) -> None:
        self._calls = AsyncChatCalls(service, base_url)

    @cached_property
    def with_raw_response(self) -> AsyncRawCompletions:
        """Like `create`, but also returns the raw reply. For headers alone, use `.meta` of a completion."""
        from .raw import AsyncRawCompletions

        return AsyncRawCompletions(self._calls)

    @overload
    async def create(
        self,
        *,
        model: str,
        messages: Iterable[Message],
        stream: Literal[False] | None = None,
        tools: Sequence[ToolLike] | None = None,
        **params: Unpack[ChatOptions],
    ) -> ChatCompletion: ...

    @overload
    async def create(
        self,
        *,
        model: str,
        messages: Iterable[Message],
        stream: Literal[True],
        tools: Sequence[ToolLike] | None = None,
        **params: Unpack[ChatOptions],
    ) -> AsyncChatStream: ...

    @overload
    async def create(
        self,
        *,
        model: str,
        messages: Iterable[Message],
        stream: bool,
        tools: Sequence[ToolLike] | None = None,
        **params: Unpack[ChatOptions],
    ) -> ChatCompletion | AsyncChatStream: ...

    async def create(
        self,
        *,
        model: str,
        messages: Iterable[Message],
        stream: bool | None = None,
        tools: Sequence[ToolLike] | None = None,
        **params: Unpack[ChatOptions],
    ) -> ChatCompletion | AsyncChatStream:
        """Ask a model for the next message.

        Example:
            completion = await client.chat.completions.create(
                model="openai/gpt-oss-120b", messages=[{"role": "user", "content": "Hi"}], max_tokens=64
            )
            print(completion.text)

        Args:
            model: A slug of the Model APIs, or the ID of a dedicated model such as "abcd1234".
            messages: The conversation: dicts, or messages that a model sent.
            stream: Return an `AsyncChatStream` of chunks as they arrive.
            tools: What the model may call: dicts, pydantic models, `@tool`s or functions.
            **params: Sampling parameters, response_format, and the options of every call. Only what you set is sent.
                None is the same as leaving a parameter out.

        Raises:
            APIStatusError: The service replied with an error. Each status has its own class.
            APIConnectionError: The service was not reached in time, or the connection broke.
            ResponseValidationError: The reply is not a chat completion.
            InvalidRequestError: The request cannot be sent.
        """
        if stream:
            return await self._calls.chunks(model, messages, params, tool_params(tools))
        return await self._calls.complete(model, messages, params, tool_params(tools))

    @overload
    def stream(
        self,
        *,
        model: str,
        messages: Iterable[Message],
        response_format: TypeForm[T],
        tools: Sequence[ToolLike] | None = None,
        strict: bool = True,
        **params: Unpack[ParseOptions],
    ) -> AsyncCompletionStream[T]: ...

    @overload
    def stream(
        self,
        *,
        model: str,
        messages: Iterable[Message],
        response_format: ResponseFormat | None = None,
        tools: Sequence[ToolLike] | None = None,
        strict: bool = True,
        **params: Unpack[ParseOptions],
    ) -> AsyncCompletionStream[None]: ...

    def stream(
        self,
        *,
        model: str,
        messages: Iterable[Message],
        response_format: TypeForm[T] | ResponseFormat | None = None,
        tools: Sequence[ToolLike] | None = None,
        strict: bool = True,
        **params: Unpack[ParseOptions],
    ) -> AsyncCompletionStream[T] | AsyncCompletionStream[None]:
        """Ask a model for the next message and read it as typed events.

        Example:
            async with client.chat.completions.stream(model="openai/gpt-oss-120b", messages=[...]) as stream:
                async for text in stream.text_stream:
                    print(text, end="")
            completion = await stream.get_final_completion()

        Args:
            response_format: The type of the answer, for partial objects and `get_parsed()`. Or a plain dict.
            tools: What the model may call. Arguments are validated if a tool is a model or a function.
            strict: Hold the model to the schema of a type, as for `parse`.
            **params: The other parameters. These, and the arguments not listed here, are as for `create`.

        Returns:
            A context manager. The call is made when it is entered.

        Raises:
            InvalidRequestError: The request cannot be sent, or a strict schema cannot express the type.
        """
        from ..._core.chat.answer import ChatAnswerForm

        if response_format is None or isinstance(response_format, Mapping):
            return self._calls.events(model, messages, params, ChatAnswerForm.of(None, tools), response_format)
        form = ChatAnswerForm.of(response_format, tools, strict=strict)
        return self._calls.events(model, messages, params, form, form.response_format)

    @overload
    async def parse(
        self,
        *,
        model: str,
        messages: Iterable[Message],
        response_format: TypeForm[T],
        tools: Sequence[ToolLike] | None = None,
        strict: bool = True,
        output_retries: int = 0,
        **params: Unpack[ParseOptions],
    ) -> Parsed[T]: ...

    @overload
    async def parse(
        self, *, model: str, messages: Iterable[Message], tools: Sequence[ToolLike], **params: Unpack[ParseOptions]
    ) -> Parsed[Never]: ...

    async def parse(
        self,
        *,
        model: str,
        messages: Iterable[Message],
        response_format: TypeForm[T] | None = None,
        tools: Sequence[ToolLike] | None = None,
        strict: bool = True,
        output_retries: int = 0,
        **params: Unpack[ParseOptions],
    ) -> Parsed[T] | Parsed[Never]:
        """Ask a model for an object of a type.

        Example:
            invoice = await client.chat.completions.parse(
                model="openai/gpt-oss-120b", messages=[...], response_format=Invoice
            )
            print(invoice.parsed.total)

        Args:
            response_format: A pydantic model, dataclass, TypedDict, `list[X]`, `Literal`, union, enum, or any other
                type that pydantic can validate. Types that are not objects are wrapped in an object with one property,
                `value`, and unwrapped for you. Left out: only tool calls are read.
            tools: What the model may call instead. The calls are in `tool_calls`, with validated arguments.
            strict: Hold the model to the schema. False sends the schema as pydantic makes it, for types that strict
                mode cannot express and for models that cannot be held to one. Reasoning and Markdown around the JSON
                are then skipped.
            output_retries: How often to send an answer that does not validate back to the model, with its problems.
            **params: The other parameters. These, and the arguments not listed here, are as for `create`.

        Raises:
            RefusalError: The model refused.
            LengthLimitError: The answer was cut at the token limit. `partial` holds what could be read.
            ContentFilterError: A filter stopped the answer.
            OutputValidationError: The answer is not a `response_format`.
            ToolArgumentError: The arguments of a tool call do not validate.
            InvalidRequestError: There is neither a type nor a tool, or a strict schema cannot express the type. The
                message names the path.
        """
        from ..._core.chat.answer import ChatAnswerForm, check_question

        if isinstance(response_format, Mapping):
            raise InvalidRequestError(
                "parse() takes a type as response_format. For a dict, use create(response_format={...})."
            )
        check_question(output_retries, typed=response_format is not None or bool(tools), argument="response_format")
        form = ChatAnswerForm.of(response_format, tools, strict=strict)
        return await self._calls.parsed(model, messages, params, form, output_retries)

    def run_tools(
        self,
        *,
        model: str,
        messages: Iterable[Message],
        tools: Sequence[ToolLike],
        max_turns: int = 8,
        stream: bool = False,
        on_tool_error: OnToolError = "report",
        **params: Unpack[ChatOptions],
    ) -> AsyncToolRun:
        """Let a model use tools until it has its answer, in a simple loop.

        Example:
            run = client.chat.completions.run_tools(model="openai/gpt-oss-120b", messages=[...], tools=[get_weather])
            print((await run.until_done()).text)

        Args:
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
        from ..._core.chat.answer import ChatAnswerForm
        from ..._core.chat.dialect import ChatDialect
        from ..._core.chat.tool_loop import ToolLoop
        from ...types.events import Finished
        from ..tool_run import AsyncToolRun

        form: ChatAnswerForm[None] = ChatAnswerForm.of(None, tools)
        toolbox = form.toolbox
        shared, deadline = self._calls.of_run(params)
        response_format = params.get("response_format")
        rest = {name: value for name, value in shared.items() if name != "response_format"}

        async def ask(conversation: Sequence[Message], left: float) -> ChatCompletion:
            return await self._calls.complete(model, conversation, within(shared, left), toolbox.params)

        def ask_stream(conversation: Sequence[Message], left: float) -> AsyncCompletionStream[None]:
            given = within(rest, left)
            return self._calls.events(model, conversation, given, form, response_format, lenient=True)

        def ended(completion: ChatCompletion) -> StreamEvent[None]:
            return Finished(completion.choices[0].finish_reason, completion)

        loop = ToolLoop(ChatDialect(), messages, toolbox, max_turns, on_tool_error, deadline)
        return AsyncToolRun(loop, ask, ask_stream if stream else None, ended, self._calls.caller.clock)
