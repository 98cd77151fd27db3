"""The events of a stream of `responses`, with OpenAI's names, for `match`.

Some servers leave out the numbers and IDs of events. A missing number reads as 0, a missing ID as "". Such
servers send one item after the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field

from .annotations import Beside, as_count, as_text
from .chat import arguments_text
from .reply import Lenient, OpenPart, note_of
from .response_items import OptionalText, ResponseContent, ResponseOutputItem, Text
from .responses import ModelResponse

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
"""OpenAI's events that have no class here."""

Number: TypeAlias = Annotated[int, Beside(int, as_count)]
Id: TypeAlias = Annotated[str, Beside(str, as_text)]


class Event(Lenient):
    """The fields of every event.

    Attributes:
        sequence_number: The number of the event in its stream.
    """

    sequence_number: Number = 0


class ResponseCreatedEvent(Event):
    """The response begins."""

    type: Literal["response.created"] = "response.created"
    response: ModelResponse = Field(default_factory=ModelResponse)


class ResponseQueuedEvent(Event):
    """The response is waiting in the queue."""

    type: Literal["response.queued"] = "response.queued"
    response: ModelResponse = Field(default_factory=ModelResponse)


class ResponseInProgressEvent(Event):
    """The model is working."""

    type: Literal["response.in_progress"] = "response.in_progress"
    response: ModelResponse = Field(default_factory=ModelResponse)


class ResponseCompletedEvent(Event):
    """The response is complete. Its content replaces that of earlier events."""

    type: Literal["response.completed"] = "response.completed"
    response: ModelResponse


class ResponseIncompleteEvent(Event):
    """The response ended before the model had finished. `response.incomplete_details` says why."""

    type: Literal["response.incomplete"] = "response.incomplete"
    response: ModelResponse


class ResponseFailedEvent(Event):
    """The response failed. `response.error` says why. After this event, the iteration raises `StreamAPIError`."""

    type: Literal["response.failed"] = "response.failed"
    response: ModelResponse


class ResponseErrorEvent(Event):
    """The service reports an error. After this event, the iteration raises `StreamAPIError`."""

    type: Literal["error"] = "error"
    code: OptionalText = None
    message: Text = ""
    param: OptionalText = None


class ItemEvent(Event):
    """The fields of every event about one item.

    Attributes:
        output_index: The position of the item in the output.
        item_id: Its ID.
    """

    output_index: Number = 0
    item_id: Id = ""


class ResponseOutputItemAddedEvent(ItemEvent):
    """An item begins."""

    type: Literal["response.output_item.added"] = "response.output_item.added"
    item: ResponseOutputItem


class ResponseOutputItemDoneEvent(ItemEvent):
    """An item is complete. For a function call, its arguments are complete too."""

    type: Literal["response.output_item.done"] = "response.output_item.done"
    item: ResponseOutputItem


class PartEvent(ItemEvent):
    """The fields of every event about one part of a message.

    Attributes:
        content_index: The position of the part in its item.
    """

    content_index: Number = 0


class ResponseContentPartAddedEvent(PartEvent):
    """A part of a message begins."""

    type: Literal["response.content_part.added"] = "response.content_part.added"
    part: ResponseContent


class ResponseContentPartDoneEvent(PartEvent):
    """A part of a message is complete."""

    type: Literal["response.content_part.done"] = "response.content_part.done"
    part: ResponseContent


class ResponseTextDeltaEvent(PartEvent):
    """More of the answer."""

    type: Literal["response.output_text.delta"] = "response.output_text.delta"
    delta: str


class ResponseTextDoneEvent(PartEvent):
    """A text is complete."""

    type: Literal["response.output_text.done"] = "response.output_text.done"
    text: Text = ""

    @property
    def parsed(self) -> object:
        """The object in the text. None unless `stream` was asked for a type and the text is valid."""
        return note_of(self, "parsed")


class ResponseRefusalDeltaEvent(PartEvent):
    """More of why the model refuses."""

    type: Literal["response.refusal.delta"] = "response.refusal.delta"
    delta: str


class ResponseRefusalDoneEvent(PartEvent):
    """A refusal is complete."""

    type: Literal["response.refusal.done"] = "response.refusal.done"
    refusal: Text = ""


class ResponseReasoningTextDeltaEvent(PartEvent):
    """More of what the model thinks."""

    type: Literal["response.reasoning_text.delta"] = "response.reasoning_text.delta"
    delta: str


class ResponseReasoningTextDoneEvent(PartEvent):
    """A piece of reasoning is complete."""

    type: Literal["response.reasoning_text.done"] = "response.reasoning_text.done"
    text: Text = ""


class ResponseReasoningSummaryTextDeltaEvent(ItemEvent):
    """More of the summary of what the model thinks."""

    type: Literal["response.reasoning_summary_text.delta"] = "response.reasoning_summary_text.delta"
    summary_index: Number = 0
    delta: str


class ResponseReasoningSummaryTextDoneEvent(ItemEvent):
    """A summary is complete."""

    type: Literal["response.reasoning_summary_text.done"] = "response.reasoning_summary_text.done"
    summary_index: Number = 0
    text: Text = ""


class ResponseFunctionCallArgumentsDeltaEvent(ItemEvent):
    """More of a call's arguments."""

    type: Literal["response.function_call_arguments.delta"] = "response.function_call_arguments.delta"
    delta: Annotated[str, Beside(str, arguments_text)]


class ResponseFunctionCallArgumentsDoneEvent(ItemEvent):
    """The arguments of a call are complete, even if the server reported it too early."""

    type: Literal["response.function_call_arguments.done"] = "response.function_call_arguments.done"
    name: Id = ""
    arguments: Annotated[str, BeforeValidator(arguments_text)] = ""


class ResponseUnknownEvent(OpenPart, Event):
    """An event of an unknown type. Its fields are attributes."""

    if TYPE_CHECKING:
        # At run time, it is what the server sent. Type checkers see another event's type, so that comparing it narrows.
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

ResponseStreamEvent: TypeAlias = KnownEvent | ResponseErrorEvent | ResponseUnknownEvent
"""An event of a stream; an open set."""
