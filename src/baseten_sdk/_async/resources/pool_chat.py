"""The chat of a pool: that of a deployment, with each member's own name for the model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal, Never, TypeVar, Unpack, overload

from ..._core.chat.tools import tool_params
from ..._core.pool.settings import PoolSettings
from ..._core.request.embeddings import ANY_MODEL
from ...types.chat import ChatCompletion
from ...types.params import ChatOptions, Message, ResponseFormat
from .chat import AsyncChat
from .chat_calls import AsyncChatCalls

if TYPE_CHECKING:
    from typing_extensions import TypeForm

    from ..._core.pool.arguments import (
        ChatArgumentsWithTools,
        ChatRunArguments,
        ChatStreamArguments,
        ParseArguments,
    )
    from ..._core.schema.tool import ToolLike
    from ...types.parsed import Parsed
    from ..streams.chat import AsyncChatStream
    from ..streams.completion import AsyncCompletionStream
    from ..tool_run import AsyncToolRun

T = TypeVar("T")


class AsyncPoolChat:
    """Chat.

    Attributes:
        completions: Chat completions.
    """

    def __init__(self, chat: AsyncChat, calls: AsyncChatCalls, settings: PoolSettings) -> None:
        self.completions = AsyncPoolCompletions(chat, calls, settings)


class AsyncPoolCompletions:
    """Chat completions from the members of a pool."""

    def __init__(self, chat: AsyncChat, calls: AsyncChatCalls, settings: PoolSettings) -> None:
        self._completions = chat.completions
        self._calls = calls
        self._settings = settings

    @overload
    async def create(
        self,
        *,
        model: str | None = None,
        stream: Literal[False] | None = None,
        **params: Unpack[ChatArgumentsWithTools],
    ) -> ChatCompletion: ...

    @overload
    async def create(
        self, *, model: str | None = None, stream: Literal[True], **params: Unpack[ChatArgumentsWithTools]
    ) -> AsyncChatStream: ...

    @overload
    async def create(
        self, *, model: str | None = None, stream: bool, **params: Unpack[ChatArgumentsWithTools]
    ) -> ChatCompletion | AsyncChatStream: ...

    async def create(
        self,
        *,
        messages: Iterable[Message],
        model: str | None = None,
        stream: bool | None = None,
        tools: Sequence[ToolLike] | None = None,
        **params: Unpack[ChatOptions],
    ) -> ChatCompletion | AsyncChatStream:
        """Ask a member for the next message; see `client.chat.completions.create`.

        A stream is returned at its first event. In the result, `meta.served_by` is the member that answered.

        Args:
            messages: The conversation.
            model: The name to send to members whose `Target` has no `model`. None: the ID of the member.
            stream: Return the answer in chunks while the model writes it.
            tools: The tools that the model may call.
            **params: Sampling parameters, response_format, and the options of every call. `max_retries` counts tries
                beyond one of each member.
        """
        # This is `chat.completions.create`, whose coroutine would cost a short call more than the choice of a member.
        if stream:
            self._settings.check_deadline(params.get("deadline"), "call")
            return await self._calls.chunks(model or ANY_MODEL, messages, params, tool_params(tools))
        return await self._calls.complete(model or ANY_MODEL, messages, params, tool_params(tools))

    @overload
    def stream(
        self, *, model: str | None = None, response_format: TypeForm[T], **params: Unpack[ChatStreamArguments]
    ) -> AsyncCompletionStream[T]: ...

    @overload
    def stream(
        self,
        *,
        model: str | None = None,
        response_format: ResponseFormat | None = None,
        **params: Unpack[ChatStreamArguments],
    ) -> AsyncCompletionStream[None]: ...

    def stream(
        self,
        *,
        model: str | None = None,
        response_format: TypeForm[T] | ResponseFormat | None = None,
        **params: Unpack[ChatStreamArguments],
    ) -> AsyncCompletionStream[T] | AsyncCompletionStream[None]:
        """Ask a member for the next message, and read it as typed events; see `client.chat.completions.stream`."""
        self._settings.check_deadline(params.get("deadline"), "call")
        return self._completions.stream(model=model or ANY_MODEL, response_format=response_format, **params)

    @overload
    async def parse(
        self,
        *,
        model: str | None = None,
        response_format: TypeForm[T],
        tools: Sequence[ToolLike] | None = None,
        strict: bool = True,
        output_retries: int = 0,
        **params: Unpack[ParseArguments],
    ) -> Parsed[T]: ...

    @overload
    async def parse(
        self, *, model: str | None = None, tools: Sequence[ToolLike], **params: Unpack[ParseArguments]
    ) -> Parsed[Never]: ...

    async def parse(
        self,
        *,
        model: str | None = None,
        response_format: TypeForm[T] | None = None,
        tools: Sequence[ToolLike] | None = None,
        strict: bool = True,
        output_retries: int = 0,
        **params: Unpack[ParseArguments],
    ) -> Parsed[T] | Parsed[Never]:
        """Ask a member for an object of a type; see `client.chat.completions.parse`."""
        name = model or ANY_MODEL
        if response_format is None:
            return await self._completions.parse(model=name, tools=tools or (), **params)
        return await self._completions.parse(
            model=name,
            response_format=response_format,
            tools=tools,
            strict=strict,
            output_retries=output_retries,
            **params,
        )

    def run_tools(self, *, model: str | None = None, **params: Unpack[ChatRunArguments]) -> AsyncToolRun:
        """Let the model use tools until it has its answer; see `client.chat.completions.run_tools`.

        All turns go to the same member while it is healthy. Without a `session`, the run gets one of its own.
        """
        if params.get("stream"):
            self._settings.check_deadline(params.get("deadline"), "call")
        return self._completions.run_tools(model=model or ANY_MODEL, **params)
