"""The responses of a pool: those of a deployment, with each member's own name for the model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, Never, TypeVar, Unpack, overload

from ..._core.pool.settings import PoolSettings
from ..._core.request.embeddings import ANY_MODEL
from ...types.responses import ModelResponse
from .responses import AsyncResponses

if TYPE_CHECKING:
    from typing_extensions import TypeForm

    from ..._core.pool.arguments import (
        ResponseArguments,
        ResponseArgumentsWithTools,
        ResponseRunArguments,
        ResponseStreamArguments,
    )
    from ..._core.schema.tool import ToolLike
    from ...types.parsed_response import ParsedResponse
    from ..streams.response import AsyncModelResponseStream, AsyncResponseEvents
    from .response_run import AsyncResponseRun

T = TypeVar("T")


class AsyncPoolResponses:
    """Responses from the member that answers. All members have to serve the Responses API."""

    def __init__(self, responses: AsyncResponses, settings: PoolSettings) -> None:
        self._responses = responses
        self._settings = settings

    @overload
    async def create(
        self,
        *,
        model: str | None = None,
        stream: Literal[False] | None = None,
        **params: Unpack[ResponseArgumentsWithTools],
    ) -> ModelResponse: ...

    @overload
    async def create(
        self, *, model: str | None = None, stream: Literal[True], **params: Unpack[ResponseArgumentsWithTools]
    ) -> AsyncResponseEvents: ...

    @overload
    async def create(
        self, *, model: str | None = None, stream: bool, **params: Unpack[ResponseArgumentsWithTools]
    ) -> ModelResponse | AsyncResponseEvents: ...

    async def create(
        self, *, model: str | None = None, stream: bool | None = None, **params: Unpack[ResponseArgumentsWithTools]
    ) -> ModelResponse | AsyncResponseEvents:
        """Ask a member for a response; see `client.responses.create`.

        A stream is returned once its first event has arrived. `meta.served_by` of the result says who answered.

        Args:
            model: The name to send to members whose `Target` has no `model`. None: the ID of the member.
            stream: Return the events of the response as they come.
            **params: The arguments of `client.responses.create`. `max_retries` counts tries beyond one of each member.
        """
        if stream:
            self._settings.check_deadline(params.get("deadline"), "call")
        return await self._responses.create(model=model or ANY_MODEL, stream=bool(stream), **params)

    @overload
    def stream(
        self, *, model: str | None = None, text_format: TypeForm[T], **params: Unpack[ResponseStreamArguments]
    ) -> AsyncModelResponseStream[T]: ...

    @overload
    def stream(
        self, *, model: str | None = None, text_format: None = None, **params: Unpack[ResponseStreamArguments]
    ) -> AsyncModelResponseStream[None]: ...

    def stream(
        self,
        *,
        model: str | None = None,
        text_format: TypeForm[T] | None = None,
        **params: Unpack[ResponseStreamArguments],
    ) -> AsyncModelResponseStream[T] | AsyncModelResponseStream[None]:
        """Ask a member for a response, and read it as typed events; see `client.responses.stream`."""
        self._settings.check_deadline(params.get("deadline"), "call")
        return self._responses.stream(model=model or ANY_MODEL, text_format=text_format, **params)

    @overload
    async def parse(
        self,
        *,
        model: str | None = None,
        text_format: TypeForm[T],
        tools: Sequence[ToolLike] | None = None,
        strict: bool = True,
        output_retries: int = 0,
        **params: Unpack[ResponseArguments],
    ) -> ParsedResponse[T]: ...

    @overload
    async def parse(
        self, *, model: str | None = None, tools: Sequence[ToolLike], **params: Unpack[ResponseArguments]
    ) -> ParsedResponse[Never]: ...

    async def parse(
        self,
        *,
        model: str | None = None,
        text_format: TypeForm[T] | None = None,
        tools: Sequence[ToolLike] | None = None,
        strict: bool = True,
        output_retries: int = 0,
        **params: Unpack[ResponseArguments],
    ) -> ParsedResponse[T] | ParsedResponse[Never]:
        """Ask a member for an object of a type; see `client.responses.parse`."""
        name = model or ANY_MODEL
        if text_format is None:
            return await self._responses.parse(model=name, tools=tools or (), **params)
        return await self._responses.parse(
            model=name, text_format=text_format, tools=tools, strict=strict, output_retries=output_retries, **params
        )

    def run_tools(self, *, model: str | None = None, **params: Unpack[ResponseRunArguments]) -> AsyncResponseRun:
        """Let the model use tools until it has its answer; see `client.responses.run_tools`.

        All turns go to the same member while it is healthy. Without a `session`, the run gets one of its own.
        """
        if params.get("stream"):
            self._settings.check_deadline(params.get("deadline"), "call")
        return self._responses.run_tools(model=model or ANY_MODEL, **params)
