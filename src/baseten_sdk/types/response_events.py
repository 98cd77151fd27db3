"""What happens in a stream of `responses`: events by the names that they have at OpenAI, for `match`.

Servers leave out numbers and ids of events: a missing number reads as 0, a missing id as "". What a server does not
number, it sends one after the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field

from .chat import arguments_text
from .reply import Beside, Lenient, as_count, as_text, note_of
from .response_items import ResponseContent, ResponseOutputItem, Text
from .responses import ModelResponse

__all__ = [
    "ResponseCompletedEvent",
    "ResponseContentPartAddedEvent",
    "ResponseContentPartDoneEvent",
    "ResponseCreatedEvent",
    "ResponseFailedEvent",
    "ResponseFunctionCallArgumentsDeltaEvent",
    "ResponseFunctionCallArgumentsDoneEvent",
    "ResponseInProgressEvent",
    "ResponseIncompleteEvent",
    "ResponseOutputItemAddedEvent",
    "ResponseOutputItemDoneEvent",
    "ResponseQueuedEvent",
    "ResponseReasoningSummaryTextDeltaEvent",
    "ResponseReasoningSummaryTextDoneEvent",
    "ResponseReasoningTextDeltaEvent",
    "ResponseReasoningTextDoneEvent",
    "ResponseRefusalDeltaEvent",
    "ResponseRefusalDoneEvent",
    "ResponseStreamEvent",
    "ResponseTextDeltaEvent",
    "ResponseTextDoneEvent",
    "ResponseUnknownEvent",
]

OtherEvent: TypeAlias = Literal[
    "response.audio.delta",
    "response.audio.done",
    "response.audio.transcript.delta",
    "response.audio.transcript.done",
    "response.code_interpreter_call.completed",
    "response.code_interpreter_call.in_progress",
    "response.code_interpreter_call.interpreting",
    "response.code_interpreter_call_code.delta",
    "response.code_interpreter_call_code.done",
    "response.custom_tool_call_input.delta",
    "response.custom_tool_call_input.done",
    "response.file_search_call.completed",
    "response.file_search_call.in_progress",
    "response.file_search_call.searching",
    "response.image_generation_call.completed",
    "response.image_generation_call.generating",
    "response.image_generation_call.in_progress",
    "response.image_generation_call.partial_image",
    "response.mcp_call.completed",
    "response.mcp_call.failed",
    "response.mcp_call.in_progress",
    "response.mcp_call_arguments.delta",
    "response.mcp_call_arguments.done",
    "response.mcp_list_tools.completed",
    "response.mcp_list_tools.failed",
    "response.mcp_list_tools.in_progress",
    "response.output_text.annotation.added",
    "response.reasoning_summary_part.added",
    "response.reasoning_summary_part.done",
    "response.web_search_call.completed",
    "response.web_search_call.in_progress",
    "response.web_search_call.searching",
]
"""Events that OpenAI has and that have no class here."""

Number: TypeAlias = Annotated[int, Beside(int, as_count)]
Id: TypeAlias = Annotated[str, Beside(str, as_text)]


class Event(Lenient):
    """What all events have.

    Attributes:
        sequence_number: the number of the event in its stream.
    """

    sequence_number: Number = 0


class ResponseCreatedEvent(Event):
    """The response begins."""

    type: Literal["response.created"] = "response.created"
    response: ModelResponse = Field(default_factory=ModelResponse)


class ResponseQueuedEvent(Event):
    """The response waits for its turn."""

    type: Literal["response.queued"] = "response.queued"
    response: ModelResponse = Field(default_factory=ModelResponse)


class ResponseInProgressEvent(Event):
    """The model works."""

    type: Literal["response.in_progress"] = "response.in_progress"
    response: ModelResponse = Field(default_factory=ModelResponse)


class ResponseCompletedEvent(Event):
    """The response is whole. What it holds is the truth, whatever came before."""

    type: Literal["response.completed"] = "response.completed"
    response: ModelResponse


class ResponseIncompleteEvent(Event):
    """The response ended before the model was done with it: `response.incomplete_details` says why."""

    type: Literal["response.incomplete"] = "response.incomplete"
    response: ModelResponse


class ResponseFailedEvent(Event):
    """The response failed: `response.error` says why. The iteration raises `StreamAPIError` after it."""

    type: Literal["response.failed"] = "response.failed"
    response: ModelResponse


class ItemEvent(Event):
    """What events of one item have.

    Attributes:
        output_index: the position of the item in the output.
        item_id: its id.
    """

    output_index: Number = 0
    item_id: Id = ""


class ResponseOutputItemAddedEvent(ItemEvent):
    """An item begins."""

    type: Literal["response.output_item.added"] = "response.output_item.added"
    item: ResponseOutputItem


class ResponseOutputItemDoneEvent(ItemEvent):
    """An item is whole. Of a call of a function, it comes when the arguments are."""

    type: Literal["response.output_item.done"] = "response.output_item.done"
    item: ResponseOutputItem


class PartEvent(ItemEvent):
    """What events of one part of a message have.

    Attributes:
        content_index: the position of the part in its item.
    """

    content_index: Number = 0


class ResponseContentPartAddedEvent(PartEvent):
    """A part of a message begins."""

    type: Literal["response.content_part.added"] = "response.content_part.added"
    part: ResponseContent


class ResponseContentPartDoneEvent(PartEvent):
    """A part of a message is whole."""

    type: Literal["response.content_part.done"] = "response.content_part.done"
    part: ResponseContent


class ResponseTextDeltaEvent(PartEvent):
    """More of the answer."""

    type: Literal["response.output_text.delta"] = "response.output_text.delta"
    delta: str


class ResponseTextDoneEvent(PartEvent):
    """A text is whole."""

    type: Literal["response.output_text.done"] = "response.output_text.done"
    text: Text = ""

    @property
    def parsed(self) -> object:
        """The object that the text holds, where `stream` was asked for a type and the text is a valid one."""
        return note_of(self, "parsed")


class ResponseRefusalDeltaEvent(PartEvent):
    """More of why the model refuses."""

    type: Literal["response.refusal.delta"] = "response.refusal.delta"
    delta: str


class ResponseRefusalDoneEvent(PartEvent):
    """A refusal is whole."""

    type: Literal["response.refusal.done"] = "response.refusal.done"
    refusal: Text = ""


class ResponseReasoningTextDeltaEvent(PartEvent):
    """More of what the model thinks."""

    type: Literal["response.reasoning_text.delta"] = "response.reasoning_text.delta"
    delta: str


class ResponseReasoningTextDoneEvent(PartEvent):
    """A thought is whole."""

    type: Literal["response.reasoning_text.done"] = "response.reasoning_text.done"
    text: Text = ""


class ResponseReasoningSummaryTextDeltaEvent(ItemEvent):
    """More of the summary of what the model thinks."""

    type: Literal["response.reasoning_summary_text.delta"] = "response.reasoning_summary_text.delta"
    summary_index: Number = 0
    delta: str


class ResponseReasoningSummaryTextDoneEvent(ItemEvent):
    """A summary is whole."""

    type: Literal["response.reasoning_summary_text.done"] = "response.reasoning_summary_text.done"
    summary_index: Number = 0
    text: Text = ""


class ResponseFunctionCallArgumentsDeltaEvent(ItemEvent):
    """More of a call's arguments."""

    type: Literal["response.function_call_arguments.delta"] = "response.function_call_arguments.delta"
    delta: str


class ResponseFunctionCallArgumentsDoneEvent(ItemEvent):
    """A call's arguments are whole, however early the server said so."""

    type: Literal["response.function_call_arguments.done"] = "response.function_call_arguments.done"
    name: Text = ""
    arguments: Annotated[str, BeforeValidator(arguments_text)] = ""


class ResponseUnknownEvent(Event):
    """An event of a kind that this package does not know; its fields can be read as attributes."""

    if TYPE_CHECKING:
        # Whatever the server says. For type checkers it is none of the known ones, so that comparing `type` narrows.
        type: OtherEvent = "response.mcp_call.in_progress"
    else:
        type: Text = ""


KnownEvent: TypeAlias = Annotated[
    ResponseTextDeltaEvent
    | ResponseReasoningTextDeltaEvent
    | ResponseFunctionCallArgumentsDeltaEvent
    | ResponseReasoningSummaryTextDeltaEvent
    | ResponseRefusalDeltaEvent
    | ResponseCreatedEvent
    | ResponseQueuedEvent
    | ResponseInProgressEvent
    | ResponseCompletedEvent
    | ResponseIncompleteEvent
    | ResponseFailedEvent
    | ResponseOutputItemAddedEvent
    | ResponseOutputItemDoneEvent
    | ResponseContentPartAddedEvent
    | ResponseContentPartDoneEvent
    | ResponseTextDoneEvent
    | ResponseRefusalDoneEvent
    | ResponseReasoningTextDoneEvent
    | ResponseReasoningSummaryTextDoneEvent
    | ResponseFunctionCallArgumentsDoneEvent,
    Discriminator("type"),
]
"""An event whose type this package knows."""

ResponseStreamEvent: TypeAlias = KnownEvent | ResponseUnknownEvent
"""An event of a stream; an open set."""
