"""The reply of `responses.create`, in the form of OpenAI's Responses API.

What programs import from `openai.types.responses` can be imported from here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, TypeAlias

from pydantic import Field

from .._lazy import names_of
from .annotations import Beside, IfOdd, NullAsEmpty, as_count, as_text, nothing
from .reply import Details, Lenient, Reply, attach_note
from .response_items import (
    OptionalText,
    ReasoningPart as ReasoningPart,
    ResponseContent as ResponseContent,
    ResponseFunctionToolCall as ResponseFunctionToolCall,
    ResponseOutputItem as ResponseOutputItem,
    ResponseOutputMessage as ResponseOutputMessage,
    ResponseOutputRefusal as ResponseOutputRefusal,
    ResponseOutputText as ResponseOutputText,
    ResponseReasoningItem as ResponseReasoningItem,
    ResponseUnknownItem as ResponseUnknownItem,
    ResponseUnknownPart as ResponseUnknownPart,
    without_oddities,
)
from .usage import Count, Total, sum_of_parts


class InputTokensDetails(Lenient):
    """Where the input's tokens came from."""

    cached_tokens: Count = 0


class OutputTokensDetails(Lenient):
    """What the output's tokens were used for."""

    reasoning_tokens: Count = 0


class ResponseUsage(Lenient):
    """Tokens that the call used. Cached tokens are part of `input_tokens`, reasoning tokens of `output_tokens`."""

    input_tokens: Count = 0
    input_tokens_details: Annotated[InputTokensDetails, Beside(InputTokensDetails)] = Field(
        default_factory=InputTokensDetails
    )
    output_tokens: Count = 0
    output_tokens_details: Annotated[OutputTokensDetails, Beside(OutputTokensDetails)] = Field(
        default_factory=OutputTokensDetails
    )
    total_tokens: Total = Field(default_factory=sum_of_parts)

    @property
    def cache_hit_rate(self) -> float | None:
        """The share of the input's tokens that came from the prefix cache; None if the backend does not say."""
        if "cached_tokens" not in self.input_tokens_details.model_fields_set or not self.input_tokens:
            return None
        return self.cached_tokens / self.input_tokens

    @property
    def cached_tokens(self) -> int:
        """Input tokens that came from the prefix cache; 0 if the backend does not say."""
        return self.input_tokens_details.cached_tokens

    @property
    def reasoning_tokens(self) -> int:
        """Tokens spent on reasoning; 0 if the backend does not say."""
        return self.output_tokens_details.reasoning_tokens

    @property
    def prompt_tokens(self) -> int:
        """All tokens of the input. A chat has this name for them."""
        return self.input_tokens

    @property
    def completion_tokens(self) -> int:
        """All tokens of the output. A chat has this name for them."""
        return self.output_tokens


class ResponseError(Lenient):
    """Why a response failed."""

    code: OptionalText = None
    message: Annotated[str, Beside(str, as_text)] = ""


def _as_error(value: object) -> ResponseError | None:
    """Read an error that a server sent as plain text."""
    return ResponseError(message=value) if isinstance(value, str) and value else None


class IncompleteDetails(Lenient):
    """Why a response is incomplete, such as "max_output_tokens" or "content_filter"."""

    reason: OptionalText = None


def _as_details(value: object) -> IncompleteDetails | None:
    return IncompleteDetails(reason=value) if isinstance(value, str) and value else None


ParsedOutput: TypeAlias = object
"""The object that was made from a text."""

Echo: TypeAlias = object
"""A parameter of the request, as the server repeats it."""

Metadata: TypeAlias = dict[str, object]


class ModelResponse(Reply):
    """The reply of `responses.create`. You can add its `output` to the `input` of the next call."""

    id: Annotated[str, Beside(str, as_text)] = ""
    object: Annotated[str, Beside(lambda: "response", as_text)] = "response"
    created_at: Annotated[float, Beside(float)] = 0.0
    status: OptionalText = None
    model: Annotated[str, Beside(str, as_text)] = ""
    output: Annotated[list[ResponseOutputItem], NullAsEmpty(), IfOdd(without_oddities)] = Field(default_factory=list)
    error: Annotated[ResponseError | None, Beside(nothing, _as_error)] = None
    incomplete_details: Annotated[IncompleteDetails | None, Beside(nothing, _as_details)] = None
    usage: Annotated[ResponseUsage | None, Beside(nothing)] = None
    background: Annotated[bool | None, Beside(nothing)] = None
    completed_at: Annotated[float | None, Beside(nothing)] = None
    instructions: Echo = None
    max_output_tokens: Annotated[int | None, Beside(nothing, as_count)] = None
    max_tool_calls: Annotated[int | None, Beside(nothing, as_count)] = None
    metadata: Annotated[Metadata | None, Beside(nothing)] = None
    parallel_tool_calls: Annotated[bool | None, Beside(nothing)] = None
    previous_response_id: OptionalText = None
    prompt_cache_key: OptionalText = None
    reasoning: Annotated[Details | None, Beside(nothing)] = None
    safety_identifier: OptionalText = None
    service_tier: OptionalText = None
    temperature: Annotated[float | None, Beside(nothing)] = None
    tool_choice: Echo = None
    tools: Annotated[list[Details] | None, Beside(nothing)] = None
    top_logprobs: Annotated[int | None, Beside(nothing, as_count)] = None
    top_p: Annotated[float | None, Beside(nothing)] = None
    truncation: OptionalText = None
    user: OptionalText = None

    @property
    def failure(self) -> str | None:
        """Why the response failed or was cancelled; None if it did neither."""
        # Some servers send an empty error with a response that has none.
        reported = self.error is not None and any(self.error.to_dict().values())
        if not reported and self.status not in ("failed", "cancelled"):
            return None
        why = self.error and self.error.message
        return why or ("it was cancelled" if self.status == "cancelled" else "no reason given")

    @property
    def output_text(self) -> str:
        """The text of all messages. "" if there is none: the model called functions, or reasoning took all tokens."""
        return "".join(item.text for item in self.output if isinstance(item, ResponseOutputMessage))

    @property
    def text(self) -> str:
        """The same as `output_text`. Other replies have this name for it."""
        return self.output_text

    @property
    def reasoning_text(self) -> str:
        """The model's reasoning; "" if the server does not send it."""
        return "".join(item.text for item in self.output if isinstance(item, ResponseReasoningItem))

    @property
    def refusal(self) -> str | None:
        """Why the model refuses; None if it does not refuse."""
        refusals = [item.refusal for item in self.output if isinstance(item, ResponseOutputMessage) and item.refusal]
        return "".join(refusals) if refusals else None

    @property
    def finish_reason(self) -> str | None:
        """Why the response ended, in the words of a chat. None if it has not ended, or the server does not say."""
        reason = self.incomplete_details.reason if self.incomplete_details else None
        if reason is not None or self.status == "incomplete":
            return "length" if reason in (None, "max_output_tokens") else reason
        if self.status not in (None, "completed"):
            return None
        return "tool_calls" if self.function_calls else "stop"

    @property
    def function_calls(self) -> list[ResponseFunctionToolCall]:
        """The function calls that the model asks for."""
        return [item for item in self.output if isinstance(item, ResponseFunctionToolCall)]

    @property
    def output_parsed(self) -> ParsedOutput:
        """The object that `parse` or `stream` made from the answer, if any. `ParsedResponse.output_parsed` is typed."""
        parts = (part for item in self.output if isinstance(item, ResponseOutputMessage) for part in item.content)
        values = (part.parsed for part in parts if isinstance(part, ResponseOutputText))
        return next((value for value in values if value is not None), None)

    @staticmethod
    def usage_of(responses: Iterable[ModelResponse]) -> ResponseUsage:
        """Add up the tokens of several responses."""
        known = [response.usage for response in responses if response.usage is not None]
        return ResponseUsage(
            input_tokens=sum(usage.input_tokens for usage in known),
            input_tokens_details=InputTokensDetails(cached_tokens=sum(usage.cached_tokens for usage in known)),
            output_tokens=sum(usage.output_tokens for usage in known),
            output_tokens_details=OutputTokensDetails(reasoning_tokens=sum(usage.reasoning_tokens for usage in known)),
            total_tokens=sum(usage.total_tokens for usage in known),
        )


Response = ModelResponse
"""OpenAI's name for it."""


def attach_output(response: ModelResponse, value: object) -> None:
    """Attach the object to the first text of the answer, which holds it."""
    messages = (item for item in response.output if isinstance(item, ResponseOutputMessage) and item.is_answer)
    parts = (part for message in messages for part in message.content)
    first = next((part for part in parts if isinstance(part, ResponseOutputText)), None)
    if first is not None:
        attach_note(first, "parsed", value)


# OpenAI's names for classes in modules that import this one.
if TYPE_CHECKING:
    from .openai_responses import (
        EasyInputMessageParam as EasyInputMessageParam,
        FunctionToolParam as FunctionToolParam,
        ParsedResponseFunctionToolCall as ParsedResponseFunctionToolCall,
        ParsedResponseOutputMessage as ParsedResponseOutputMessage,
        ParsedResponseOutputText as ParsedResponseOutputText,
        Reasoning as Reasoning,
        ResponseFormatTextConfigParam as ResponseFormatTextConfigParam,
        ResponseFormatTextJSONSchemaConfigParam as ResponseFormatTextJSONSchemaConfigParam,
        ResponseFunctionToolCallParam as ResponseFunctionToolCallParam,
        ResponseIncludable as ResponseIncludable,
        ResponseInputContentParam as ResponseInputContentParam,
        ResponseInputFileParam as ResponseInputFileParam,
        ResponseInputImageParam as ResponseInputImageParam,
        ResponseInputMessageContentListParam as ResponseInputMessageContentListParam,
        ResponseInputParam as ResponseInputParam,
        ResponseInputTextParam as ResponseInputTextParam,
        ResponseOutputMessageParam as ResponseOutputMessageParam,
        ResponseOutputRefusalParam as ResponseOutputRefusalParam,
        ResponseOutputTextParam as ResponseOutputTextParam,
        ResponseReasoningItemParam as ResponseReasoningItemParam,
        ResponseStatus as ResponseStatus,
        ToolChoiceAllowedParam as ToolChoiceAllowedParam,
        ToolChoiceFunctionParam as ToolChoiceFunctionParam,
        ToolChoiceOptions as ToolChoiceOptions,
        ToolChoiceTypesParam as ToolChoiceTypesParam,
        ToolParam as ToolParam,
    )
    from .parsed_response import ParsedResponse as ParsedResponse
    from .response_events import (
        ResponseCompletedEvent as ResponseCompletedEvent,
        ResponseContentPartAddedEvent as ResponseContentPartAddedEvent,
        ResponseContentPartDoneEvent as ResponseContentPartDoneEvent,
        ResponseCreatedEvent as ResponseCreatedEvent,
        ResponseErrorEvent as ResponseErrorEvent,
        ResponseFailedEvent as ResponseFailedEvent,
        ResponseFunctionCallArgumentsDeltaEvent as ResponseFunctionCallArgumentsDeltaEvent,
        ResponseFunctionCallArgumentsDoneEvent as ResponseFunctionCallArgumentsDoneEvent,
        ResponseIncompleteEvent as ResponseIncompleteEvent,
        ResponseInProgressEvent as ResponseInProgressEvent,
        ResponseOutputItemAddedEvent as ResponseOutputItemAddedEvent,
        ResponseOutputItemDoneEvent as ResponseOutputItemDoneEvent,
        ResponseQueuedEvent as ResponseQueuedEvent,
        ResponseReasoningSummaryTextDeltaEvent as ResponseReasoningSummaryTextDeltaEvent,
        ResponseReasoningSummaryTextDoneEvent as ResponseReasoningSummaryTextDoneEvent,
        ResponseReasoningTextDeltaEvent as ResponseReasoningTextDeltaEvent,
        ResponseReasoningTextDoneEvent as ResponseReasoningTextDoneEvent,
        ResponseRefusalDeltaEvent as ResponseRefusalDeltaEvent,
        ResponseRefusalDoneEvent as ResponseRefusalDoneEvent,
        ResponseStreamEvent as ResponseStreamEvent,
        ResponseTextDeltaEvent as ResponseTextDeltaEvent,
        ResponseTextDoneEvent as ResponseTextDoneEvent,
        ResponseUnknownEvent as ResponseUnknownEvent,
    )
    from .response_params import (
        ResponseInputItemParam as ResponseInputItemParam,
        ResponseTextConfigParam as ResponseTextConfigParam,
    )
else:
    __getattr__ = names_of(__name__, "response_events", "parsed_response", "response_params", "openai_responses")
