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

    from ..._core.pool.arguments import (
        MessagesArguments,
        MessagesArgumentsWithTools,
        MessagesRunArguments,
        MessagesStreamArguments,
    )
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
        model: str | None = None,
        stream: Literal[False] | None = None,
        **params: Unpack[MessagesArgumentsWithTools],
    ) -> Message: ...

    @overload
    async def create(
        self, *, model: str | None = None, stream: Literal[True], **params: Unpack[MessagesArgumentsWithTools]
    ) -> AsyncTypedStream[RawMessageStreamEvent]: ...

    @overload
    async def create(
        self, *, model: str | None = None, stream: bool, **params: Unpack[MessagesArgumentsWithTools]
    ) -> Message | AsyncTypedStream[RawMessageStreamEvent]: ...

    async def create(
        self, *, model: str | None = None, stream: bool | None = None, **params: Unpack[MessagesArgumentsWithTools]
    ) -> Message | AsyncTypedStream[RawMessageStreamEvent]:
        """Ask a member for the next message; see `client.messages.create`.

        A stream is returned once its first event has arrived. `meta.served_by` of the result says who answered.

        Args:
            model: The name to send to members whose `Target` has no `model`. None: the ID of the member.
            stream: Return the events of the answer as they come.
            **params: The arguments of `client.messages.create`. `max_retries` counts tries beyond one of each member.
        """
        if stream:
            self._settings.check_deadline(params.get("deadline"), "call")
        return await self._messages.create(model=model or ANY_MODEL, stream=bool(stream), **params)

    @overload
    def stream(
        self, *, model: str | None = None, output_format: TypeForm[T], **params: Unpack[MessagesStreamArguments]
    ) -> AsyncMessageStream[T]: ...

    @overload
    def stream(
        self, *, model: str | None = None, output_format: None = None, **params: Unpack[MessagesStreamArguments]
    ) -> AsyncMessageStream[Never]: ...

    def stream(
        self,
        *,
        model: str | None = None,
        output_format: TypeForm[T] | None = None,
        **params: Unpack[MessagesStreamArguments],
    ) -> AsyncMessageStream[T] | AsyncMessageStream[Never]:
        """Ask a member for the next message, and read it as typed events; see `client.messages.stream`."""
        self._settings.check_deadline(params.get("deadline"), "call")
        return self._messages.stream(model=model or ANY_MODEL, output_format=output_format, **params)

    @overload
    async def parse(
        self,
        *,
        model: str | None = None,
        output_format: TypeForm[T],
        tools: Iterable[ToolLike] | None = None,
        strict: bool = True,
        output_retries: int = 0,
        **params: Unpack[MessagesArguments],
    ) -> ParsedMessage[T]: ...

    @overload
    async def parse(
        self, *, model: str | None = None, tools: Iterable[ToolLike], **params: Unpack[MessagesArguments]
    ) -> ParsedMessage[Never]: ...

    async def parse(
        self,
        *,
        model: str | None = None,
        output_format: TypeForm[T] | None = None,
        tools: Iterable[ToolLike] | None = None,
        strict: bool = True,
        output_retries: int = 0,
        **params: Unpack[MessagesArguments],
    ) -> ParsedMessage[T] | ParsedMessage[Never]:
        """Ask a member for an object of a type; see `client.messages.parse`."""
        name = model or ANY_MODEL
        if output_format is None:
            return await self._messages.parse(model=name, tools=tools or (), **params)
        return await self._messages.parse(
            model=name,
            output_format=output_format,
            tools=tools,
            strict=strict,
            output_retries=output_retries,
            **params,
        )

    def run_tools(self, *, model: str | None = None, **params: Unpack[MessagesRunArguments]) -> AsyncMessageRun:
        """Let the model use tools until it has its answer; see `client.messages.run_tools`.

        All turns go to the same member while it is healthy. Without a `session`, the run gets one of its own.
        """
        if params.get("stream"):
            self._settings.check_deadline(params.get("deadline"), "call")
        return self._messages.run_tools(model=model or ANY_MODEL, **params)

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
