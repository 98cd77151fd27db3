"""The calls behind `responses`: from arguments to a response, to events, to an object.

It must not know overloads or defaults. Objects and typed streams import what only they need.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from ..._core.request.options import Options
from ..._core.request.request import Request
from ..._core.responses.reply import read_response
from ..._core.responses.request import PARAMETERS, nested, response_request, text_param, tool_params
from ...errors import OutputError, OutputValidationError
from ...types.reply import attach_meta
from ...types.response_params import ResponseInput
from ...types.responses import ModelResponse
from .model_calls import AsyncModelCalls

if TYPE_CHECKING:
    from ..._core.schema.schema import Schema
    from ..._core.schema.tool import ToolLike
    from ..._core.schema.toolbox import Toolbox
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
        form: Mapping[str, object] | None = None,
    ) -> ModelResponse:
        """Make one call and return the whole response."""
        request, options = self.prepared(model, given, params, tools, form)
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
        toolbox: Toolbox,
        schema: Schema[T] | None,
        *,
        lenient: bool = False,
    ) -> AsyncModelResponseStream[T]:
        """Return the events of a call that is made when they are entered.

        Args:
            toolbox: What the model may call.
            schema: The type of the answer, if one was asked for.
            lenient: Accept arguments that do not validate; the caller deals with them.
        """
        from ..._core.responses.answer import ResponseAnswerForm
        from ..streams.response import AsyncModelResponseStream

        form = None if schema is None else schema.response_format()
        request, options = self.prepared(model, given, params, toolbox.params, form, stream=True)
        return AsyncModelResponseStream(
            self.caller, request, options, ResponseAnswerForm(toolbox, schema), lenient=lenient
        )

    async def parsed(
        self,
        model: str,
        given: ResponseInput,
        params: Mapping[str, object],
        toolbox: Toolbox,
        schema: Schema[T] | None,
        output_retries: int,
    ) -> ParsedResponse[T]:
        """Ask until the answer is valid, at most `output_retries` times after the first."""
        from ..._core.responses.answer import ResponseAnswerForm, with_correction

        form = None if schema is None else schema.response_format()
        answer_form = ResponseAnswerForm(toolbox, schema)
        conversation = given if isinstance(given, str) else list(given)
        attempts: list[ModelResponse] = []
        while True:
            response = await self.complete(model, conversation, params, toolbox.params, form)
            attempts.append(response)
            try:
                return answer_form.read(response, attempts)
            except OutputError as error:
                if len(attempts) > output_retries or not isinstance(error, OutputValidationError):
                    raise
                conversation = with_correction(conversation, error)

    def prepared(
        self,
        model: str,
        given: ResponseInput,
        params: Mapping[str, object],
        tools: Sequence[Mapping[str, object]] | None = None,
        form: Mapping[str, object] | None = None,
        *,
        stream: bool = False,
    ) -> tuple[Request, Options]:
        """Build the request, and the options that hold for it."""
        body, options = self._split(params)
        if tools:
            body["tools"] = tool_params(tools)
        if form is not None:
            body["text"] = text_param(body.get("text"), form)
        base_url, name = self._engine(model)
        return response_request(base_url, name, given, body, options, stream=stream), options


def toolbox_of(tools: Sequence[ToolLike] | None) -> Toolbox:
    """Return the tools of one call; dicts may have either form."""
    from ..._core.schema.toolbox import Toolbox, listed

    return Toolbox([nested(each) if isinstance(each, Mapping) else each for each in listed(tools or ())])
