"""The calls behind `responses`: from arguments to a response, to events, to an object.

It must not know overloads or defaults. Objects and typed streams import what only they need.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from ..._core.request.options import Options
from ..._core.request.request import Request
from ..._core.responses.reply import read_response
from ..._core.responses.request import PARAMETERS, response_request, text_param
from ..._core.responses.tools import tool_params
from ...types.reply import attach_meta
from ...types.response_params import ResponseInput
from ...types.responses import ModelResponse
from .model_calls import AsyncModelCalls

if TYPE_CHECKING:
    from ..._core.responses.answer import ResponseAnswerForm
    from ...types.parsed_response import ParsedResponse
    from ..streams.response import AsyncModelResponseStream, AsyncResponseEvents

T = TypeVar("T")


class AsyncResponseCalls(AsyncModelCalls):
    """Makes the calls, of the model that is named or of one engine."""

    PARAMETERS = PARAMETERS

    async def complete(
        self,
        model: str,
        given: ResponseInput,
        params: Mapping[str, object],
        tools: Sequence[Mapping[str, object]] | None,
        response_format: Mapping[str, object] | None = None,
    ) -> ModelResponse:
        """Make one call and return the whole response."""
        request, options = self.prepared(model, given, params, tools, response_format)
        response, meta = await self.caller.fetch(request, options, read_response)
        return attach_meta(response, meta)

    async def raw_events(
        self,
        model: str,
        given: ResponseInput,
        params: Mapping[str, object],
        tools: Sequence[Mapping[str, object]] | None,
    ) -> AsyncResponseEvents:
        """Make one call and return its events as they come."""
        from ..streams.response import response_events

        request, options = self.prepared(model, given, params, tools, stream=True)
        caller = self.caller
        return response_events(await caller.open(request, options), caller.limits)

    def events(
        self,
        model: str,
        given: ResponseInput,
        params: Mapping[str, object],
        form: ResponseAnswerForm[T],
        *,
        lenient: bool = False,
    ) -> AsyncModelResponseStream[T]:
        """Return the events of a call that is made when they are entered.

        Args:
            form: What the answer must be.
            lenient: Accept arguments that do not validate; the caller deals with them.
        """
        from ..streams.response import AsyncModelResponseStream

        request, options = self.prepared(model, given, params, form.toolbox.params, form.response_format, stream=True)
        return AsyncModelResponseStream(self.caller, request, options, form, lenient=lenient)

    async def parsed(
        self,
        model: str,
        given: ResponseInput,
        params: Mapping[str, object],
        form: ResponseAnswerForm[T],
        output_retries: int,
    ) -> ParsedResponse[T]:
        """Ask until the answer is valid, at most `output_retries` times after the first."""
        from .output_retries import until_valid

        async def complete(conversation: ResponseInput) -> ModelResponse:
            return await self.complete(model, conversation, params, form.toolbox.params, form.response_format)

        return await until_valid(complete, given if isinstance(given, str) else list(given), form, output_retries)

    def prepared(
        self,
        model: str,
        given: ResponseInput,
        params: Mapping[str, object],
        tools: Sequence[Mapping[str, object]] | None = None,
        response_format: Mapping[str, object] | None = None,
        *,
        stream: bool = False,
    ) -> tuple[Request, Options]:
        """Build the request, and the options that hold for it."""
        body, options = self._split(params)
        if tools:
            body["tools"] = tool_params(tools)
        if response_format is not None:
            body["text"] = text_param(body.get("text"), response_format)
        base_url, name = self._engine(model)
        return response_request(base_url, name, given, body, options, stream=stream), options
