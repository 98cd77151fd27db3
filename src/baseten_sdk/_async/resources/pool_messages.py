"""The messages of a pool: those of a deployment, with each member's own name for the model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, Never, TypeVar, Unpack, overload

from ..._core.pool.settings import PoolSettings
from ..._core.request.embeddings import ANY_MODEL
from ...types.message_params import MessagesOptions, MessageTurn, System
from ...types.messages import Message, MessageTokensCount
from .messages import AsyncMessages

if TYPE_CHECKING:
    from typing_extensions import TypeForm

    from ..._core.chat.tool_loop import OnToolError
    from ..._core.schema.tool import ToolLike
    from ...types.message_events import RawMessageStreamEvent
    from ...types.parsed_message import ParsedMessage
    from ..streams.message import AsyncMessageStream
    from ..streams.typed import AsyncTypedStream
    from .message_run import AsyncMessageRun

T = TypeVar("T")


class AsyncPoolMessages:
    """Messages from the member that answers."""

    def __init__(self, messages: AsyncMessages, settings: PoolSettings) -> None:
        self._messages = messages
        self._settings = settings

    @overload
    async def create(
        self,
        *,
        messages: Iterable[MessageTurn],
        model: str | None = None,
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
        messages: Iterable[MessageTurn],
        model: str | None = None,
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
        messages: Iterable[MessageTurn],
        model: str | None = None,
        max_tokens: int,
        stream: bool,
        system: System | None = None,
        tools: Iterable[ToolLike] | None = None,
        **params: Unpack[MessagesOptions],
    ) -> Message | AsyncTypedStream[RawMessageStreamEvent]: ...

    async def create(
        self,
        *,
        messages: Iterable[MessageTurn],
        model: str | None = None,
        max_tokens: int,
        stream: bool | None = None,
        system: System | None = None,
        tools: Iterable[ToolLike] | None = None,
        **params: Unpack[MessagesOptions],
    ) -> Message | AsyncTypedStream[RawMessageStreamEvent]:
        """Ask a member for the next message; see `client.messages.create`.

        A stream is returned once its first event has arrived. `meta.served_by` of the result says who answered.
        """
        self._settings.check_deadline(params.get("deadline"), "call")
        return await self._messages.create(
            model=model or ANY_MODEL,
            messages=messages,
            max_tokens=max_tokens,
            stream=bool(stream),
            system=system,
            tools=tools,
            **params,
        )

    @overload
    def stream(
        self,
        *,
        messages: Iterable[MessageTurn],
        model: str | None = None,
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
        messages: Iterable[MessageTurn],
        model: str | None = None,
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
        messages: Iterable[MessageTurn],
        model: str | None = None,
        max_tokens: int,
        output_format: TypeForm[T] | None = None,
        system: System | None = None,
        tools: Iterable[ToolLike] | None = None,
        strict: bool = True,
        **params: Unpack[MessagesOptions],
    ) -> AsyncMessageStream[T] | AsyncMessageStream[Never]:
        """Ask a member for the next message, and read it as typed events; see `client.messages.stream`."""
        self._settings.check_deadline(params.get("deadline"), "call")
        return self._messages.stream(
            model=model or ANY_MODEL,
            messages=messages,
            max_tokens=max_tokens,
            output_format=output_format,
            system=system,
            tools=tools,
            strict=strict,
            **params,
        )

    @overload
    async def parse(
        self,
        *,
        messages: Iterable[MessageTurn],
        model: str | None = None,
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
        messages: Iterable[MessageTurn],
        model: str | None = None,
        max_tokens: int,
        tools: Iterable[ToolLike],
        system: System | None = None,
        **params: Unpack[MessagesOptions],
    ) -> ParsedMessage[Never]: ...

    async def parse(
        self,
        *,
        messages: Iterable[MessageTurn],
        model: str | None = None,
        max_tokens: int,
        output_format: TypeForm[T] | None = None,
        system: System | None = None,
        tools: Iterable[ToolLike] | None = None,
        strict: bool = True,
        output_retries: int = 0,
        **params: Unpack[MessagesOptions],
    ) -> ParsedMessage[T] | ParsedMessage[Never]:
        """Ask a member for an object of a type; see `client.messages.parse`."""
        self._settings.check_deadline(params.get("deadline"), "call")
        if output_format is None:
            return await self._messages.parse(
                model=model or ANY_MODEL,
                messages=messages,
                max_tokens=max_tokens,
                tools=tools or (),
                system=system,
                **params,
            )
        return await self._messages.parse(
            model=model or ANY_MODEL,
            messages=messages,
            max_tokens=max_tokens,
            output_format=output_format,
            system=system,
            tools=tools,
            strict=strict,
            output_retries=output_retries,
            **params,
        )

    def run_tools(
        self,
        *,
        messages: Iterable[MessageTurn],
        model: str | None = None,
        max_tokens: int,
        tools: Iterable[ToolLike],
        max_turns: int = 8,
        stream: bool = False,
        on_tool_error: OnToolError = "report",
        system: System | None = None,
        **params: Unpack[MessagesOptions],
    ) -> AsyncMessageRun:
        """Let the model use tools until it has its answer; see `client.messages.run_tools`.

        All turns go to the same member while it is healthy. Without a `session`, the run gets one of its own.
        """
        self._settings.check_deadline(params.get("deadline"), "call")
        return self._messages.run_tools(
            model=model or ANY_MODEL,
            messages=messages,
            max_tokens=max_tokens,
            tools=tools,
            max_turns=max_turns,
            stream=stream,
            on_tool_error=on_tool_error,
            system=system,
            **params,
        )

    async def count_tokens(
        self,
        *,
        messages: Iterable[MessageTurn],
        model: str | None = None,
        system: System | None = None,
        tools: Iterable[ToolLike] | None = None,
        **params: Unpack[MessagesOptions],
    ) -> MessageTokensCount:
        """Estimate how many tokens the input of a call has; see `client.messages.count_tokens`."""
        return await self._messages.count_tokens(
            model=model or "", messages=messages, system=system, tools=tools, **params
        )
