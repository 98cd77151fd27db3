"""`client.responses`: OpenAI's Responses API, without what needs a service that keeps responses.

It owns what a user sees: arguments, overloads and their documentation. `response_calls` makes the calls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Literal, Never, TypeVar, Unpack, overload

from ..._core.request.service_urls import BaseURL
from ..._core.request.unavailable import Unavailable
from ..._core.responses.request import as_items
from ..._core.responses.tools import toolbox_of
from ...types.response_params import ResponseInput, ResponseInputItem, ResponseOptions
from ...types.responses import ModelResponse
from ..calls.service import AsyncService
from .model_calls import within
from .response_calls import AsyncResponseCalls

if TYPE_CHECKING:
    from typing_extensions import TypeForm

    from ..._core.chat.tool_loop import OnToolError
    from ..._core.schema.tool import ToolLike
    from ...types.parsed_response import ParsedResponse
    from ..streams.response import AsyncModelResponseStream, AsyncResponseEvents
    from .raw import AsyncRawResponses
    from .response_run import AsyncResponseRun

T = TypeVar("T")


class AsyncResponses(Unavailable):
    """Responses, of the model that `model=` names or of one engine."""

    _instead: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(
            ("retrieve", "delete", "cancel", "input_items", "compact"),
            "Baseten does not store responses. Keep response.output yourself.",
        ),
        "input_tokens": "Baseten cannot count tokens before a call. messages.count_tokens estimates them.",
        "with_streaming_response": "Use create(stream=True) or stream(...).",
    }

    def __init__(self, service: AsyncService, base_url: BaseURL | None = None) -> None:
        self._calls = AsyncResponseCalls(service, base_url)

    @cached_property
    def with_raw_response(self) -> AsyncRawResponses:
        """Like `create`, but also returns the raw reply. For headers alone, use `.meta` of a reply."""
        from .raw import AsyncRawResponses

        return AsyncRawResponses(self._calls)

    @overload
    async def create(
        self,
        *,
        model: str,
        input: ResponseInput,
        stream: Literal[False] | None = None,
        tools: Sequence[ToolLike] | None = None,
        **params: Unpack[ResponseOptions],
    ) -> ModelResponse: ...

    @overload
    async def create(
        self,
        *,
        model: str,
        input: ResponseInput,
        stream: Literal[True],
        tools: Sequence[ToolLike] | None = None,
        **params: Unpack[ResponseOptions],
    ) -> AsyncResponseEvents: ...

    @overload
    async def create(
        self,
        *,
        model: str,
        input: ResponseInput,
        stream: bool,
        tools: Sequence[ToolLike] | None = None,
        **params: Unpack[ResponseOptions],
    ) -> ModelResponse | AsyncResponseEvents: ...

    async def create(
        self,
        *,
        model: str,
        input: ResponseInput,
        stream: bool | None = None,
        tools: Sequence[ToolLike] | None = None,
        **params: Unpack[ResponseOptions],
    ) -> ModelResponse | AsyncResponseEvents:
        """Ask a model for a response.

        Example:
            response = await client.responses.create(model="openai/gpt-oss-120b", input="Hi", max_output_tokens=64)
            print(response.output_text)

        Args:
            model: A slug of the Model APIs (it contains "/"), or the eight-letter ID of a dedicated model.
            input: A text, or items: dicts, or what a model sent. To go on, pass
                `[*earlier, *response.output, {"role": "user", "content": "..."}]`: the service keeps nothing.
            stream: Return an `AsyncResponseEvents`, which yields the events as they arrive.
            tools: What the model may call: dicts, pydantic models, `@tool`s or functions.
            **params: Sampling parameters, `instructions`, `reasoning`, `text`, and the options of every call. Only what
                you set is sent. None is the same as leaving a parameter out.

        Raises:
            APIStatusError: The service replied with an error. Each status has its own class.
            APIConnectionError: The service was not reached in time, or the connection broke.
            ResponseValidationError: The reply is not a response, or the response failed.
            InvalidRequestError: The request cannot be sent, or needs a service that keeps responses.
        """
        params_of_tools = None if tools is None else toolbox_of(tools).params
        if stream:
            return await self._calls.raw_events(model, input, params, params_of_tools)
        return await self._calls.complete(model, input, params, params_of_tools)

    @overload
    def stream(
        self,
        *,
        model: str,
        input: ResponseInput,
        text_format: TypeForm[T],
        tools: Sequence[ToolLike] | None = None,
        strict: bool = True,
        **params: Unpack[ResponseOptions],
    ) -> AsyncModelResponseStream[T]: ...

    @overload
    def stream(
        self,
        *,
        model: str,
        input: ResponseInput,
        text_format: None = None,
        tools: Sequence[ToolLike] | None = None,
        strict: bool = True,
        **params: Unpack[ResponseOptions],
    ) -> AsyncModelResponseStream[None]: ...

    def stream(
        self,
        *,
        model: str,
        input: ResponseInput,
        text_format: TypeForm[T] | None = None,
        tools: Sequence[ToolLike] | None = None,
        strict: bool = True,
        **params: Unpack[ResponseOptions],
    ) -> AsyncModelResponseStream[T] | AsyncModelResponseStream[None]:
        """Ask a model for a response, and read it as typed events.

        Example:
            async with client.responses.stream(model="openai/gpt-oss-120b", input="Hi") as stream:
                async for text in stream.text_stream:
                    print(text, end="")
            response = await stream.get_final_response()

        Args:
            text_format: The type of the answer, for `get_parsed()`. For a plain format, pass `text={"format": {...}}`.
            tools: What the model may call. Arguments are validated if a tool is a model or a function.
            strict: Hold the model to the schema of a type, as for `parse`.
            **params: The other parameters. These, and the arguments not listed here, are as for `create`.

        Returns:
            A context manager. The call is made when it is entered.

        Raises:
            InvalidRequestError: The request cannot be sent, or a strict schema cannot express the type.
        """
        from ..._core.responses.answer import ResponseAnswerForm

        return self._calls.events(model, input, params, ResponseAnswerForm.of(text_format, tools, strict=strict))

    @overload
    async def parse(
        self,
        *,
        model: str,
        input: ResponseInput,
        text_format: TypeForm[T],
        tools: Sequence[ToolLike] | None = None,
        strict: bool = True,
        output_retries: int = 0,
        **params: Unpack[ResponseOptions],
    ) -> ParsedResponse[T]: ...

    @overload
    async def parse(
        self, *, model: str, input: ResponseInput, tools: Sequence[ToolLike], **params: Unpack[ResponseOptions]
    ) -> ParsedResponse[Never]: ...

    async def parse(
        self,
        *,
        model: str,
        input: ResponseInput,
        text_format: TypeForm[T] | None = None,
        tools: Sequence[ToolLike] | None = None,
        strict: bool = True,
        output_retries: int = 0,
        **params: Unpack[ResponseOptions],
    ) -> ParsedResponse[T] | ParsedResponse[Never]:
        """Ask a model for an object of a type.

        Example:
            invoice = await client.responses.parse(model="openai/gpt-oss-120b", input="...", text_format=Invoice)
            print(invoice.parsed.total)

        Args:
            text_format: A pydantic model, dataclass, TypedDict, `list[X]`, `Literal`, union, enum, or any other type
                that pydantic can validate. Types that are not objects are wrapped in an object with one property,
                `value`, and unwrapped for you.
            tools: What the model may call instead. Their arguments are validated.
            strict: Hold the model to the schema, which strict mode may tighten. False sends it as it is.
            output_retries: How often an invalid answer goes back to the model with its problems.
            **params: The other parameters. These, and the arguments not listed here, are as for `create`.

        Raises:
            RefusalError: The model refused.
            LengthLimitError: The answer was cut at the token limit. `partial` holds what could be read.
            ContentFilterError: A filter stopped the answer.
            OutputValidationError: The answer is not a `text_format`.
            ToolArgumentError: The arguments of a tool call do not validate.
            InvalidRequestError: There is neither a type nor a tool, or a strict schema cannot express the type. The
                message names the path.
        """
        from ..._core.chat.answer import check_question
        from ..._core.responses.answer import ResponseAnswerForm

        check_question(output_retries, typed=text_format is not None or bool(tools), argument="text_format")
        form = ResponseAnswerForm.of(text_format, tools, strict=strict)
        return await self._calls.parsed(model, input, params, form, output_retries)

    def run_tools(
        self,
        *,
        model: str,
        input: ResponseInput,
        tools: Sequence[ToolLike],
        max_turns: int = 8,
        stream: bool = False,
        on_tool_error: OnToolError = "report",
        **params: Unpack[ResponseOptions],
    ) -> AsyncResponseRun:
        """Let a model use tools until it has its answer, in a simple loop.

        Example:
            run = client.responses.run_tools(model="openai/gpt-oss-120b", input="...", tools=[get_weather])
            print((await run.until_done()).output_text)

        Args:
            tools: Functions, plain or async, or `@tool`s. The calls of a turn run side by side, plain functions in
                worker threads. The run ends when the model calls a tool that was given as a dict or a model.
            max_turns: How often the model may answer.
            stream: Stream the model's turns, so that the run yields the events of `stream`.
            on_tool_error: "report" sends exceptions, bad arguments and unknown tools to the model. "raise" raises them
                once the turn's other calls have ended.
            **params: The other parameters. These, and the arguments not listed here, are as for `create`. A deadline
                bounds the whole run, its tools included.

        Returns:
            The run. Nothing is sent until you iterate over it or call `until_done`.
        """
        from ..._core.chat.tool_loop import ToolLoop
        from ..._core.responses.answer import ResponseAnswerForm
        from ..._core.responses.dialect import ResponseDialect
        from ...types.response_events import ResponseCompletedEvent
        from .response_run import AsyncResponseRun

        form: ResponseAnswerForm[None] = ResponseAnswerForm.of(None, tools)
        toolbox = form.toolbox
        of_turn, deadline = self._calls.of_run(params)

        async def ask(conversation: Sequence[ResponseInputItem], left: float) -> ModelResponse:
            return await self._calls.complete(model, conversation, within(of_turn, left), toolbox.params)

        def ask_stream(conversation: Sequence[ResponseInputItem], left: float) -> AsyncModelResponseStream[None]:
            return self._calls.events(model, conversation, within(of_turn, left), form, lenient=True)

        def ended(response: ModelResponse) -> ResponseCompletedEvent:
            return ResponseCompletedEvent(response=response)

        loop = ToolLoop(ResponseDialect(), as_items(input), toolbox, max_turns, on_tool_error, deadline)
        return AsyncResponseRun(loop, ask, ask_stream if stream else None, ended, self._calls.caller.clock)
