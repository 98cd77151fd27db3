"""Reads the events of a response's stream from its bytes, and turns a bad end into an error.

A response is complete after `response.completed` or `response.incomplete`, and only then: `[DONE]` and the end of the
body mean nothing. `response.failed` and `error` are errors. The type of an event comes from its data. The line `event:`
counts only if the data has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydantic import ValidationError

from ..._json_reading import decode_reply
from ...config import Limits
from ...errors import StreamAPIError
from ...types.annotations import LENIENT
from ...types.response_events import (
    ResponseCompletedEvent,
    ResponseContentPartDoneEvent,
    ResponseCreatedEvent,
    ResponseErrorEvent,
    ResponseFailedEvent,
    ResponseFunctionCallArgumentsDeltaEvent,
    ResponseFunctionCallArgumentsDoneEvent,
    ResponseIncompleteEvent,
    ResponseInProgressEvent,
    ResponseOutputItemAddedEvent,
    ResponseOutputItemDoneEvent,
    ResponseQueuedEvent,
    ResponseReasoningSummaryTextDeltaEvent,
    ResponseReasoningSummaryTextDoneEvent,
    ResponseReasoningTextDeltaEvent,
    ResponseReasoningTextDoneEvent,
    ResponseRefusalDeltaEvent,
    ResponseRefusalDoneEvent,
    ResponseStreamEvent,
    ResponseTextDeltaEvent,
    ResponseTextDoneEvent,
)
from ...types.response_items import ResponseOutputRefusal, ResponseOutputText
from ...types.responses import ModelResponse
from ..reply.classify import as_sentence
from ..stream.halves import ESCAPED, Halves
from ..stream.reader import BLANKS_AND_QUOTES, DONE, KEEP_ALIVE, StreamReader
from ..stream.sse import EventGroup
from .item_parts import OUTPUT_TEXT, REFUSAL, SUMMARY
from .odd_events import error_event, is_error, kind_of, known_events, odd_event
from .output import OutputParts

ENDED = frozenset({"completed", "incomplete"})
"""The status of a response that did not fail."""


class ResponseReader(StreamReader[ResponseStreamEvent, ModelResponse]):
    """Reads the events of one response.

    Attributes:
        final: The response, once it has ended.
    """

    __slots__ = ("_halves", "_head", "_output", "_validate", "final")

    event_name = "an event of a response"

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self._validate = known_events().validate_json
        self._output = OutputParts()
        self._halves = Halves()
        self._head: ModelResponse | None = None
        self.final: ModelResponse | None = None

    def partial(self) -> ModelResponse | None:
        """Return what has arrived so far, as a response. None if nothing has."""
        if self.final is not None:
            return self.final
        if self._head is None and not self._output.begun:
            return None
        head = self._head or ModelResponse(status="in_progress")
        return head.model_copy(update={"output": self._output.output()})

    def _complete(self) -> bool:
        return self.done

    def _cut_reason(self) -> str:
        return "The stream ended without response.completed or response.incomplete."

    def _read(self, groups: Iterable[EventGroup]) -> Iterator[ResponseStreamEvent]:
        validate, output, kept = self._validate, self._output, self._kept
        halves, waiting = self._halves, self._halves.waiting
        for group in groups:
            if group.event == "error":
                yield self._refused(group.data[0])
                return
            for data in group.data:
                if waiting:
                    data = halves.joined(data)
                event: ResponseStreamEvent | None
                try:
                    event = validate(data)
                except ValidationError as error:
                    if ESCAPED.search(data):
                        data = halves.joined(data)
                    event = self._read_odd(data, group.event, error)
                if event is None:
                    if self.stopped:
                        return
                    continue
                if not kept:
                    kept.append(data)
                if isinstance(event, ResponseTextDeltaEvent):
                    output.of(event, "message").add(OUTPUT_TEXT, event.content_index, event.delta)
                    yield event
                    continue
                yield from self._taken(event)
                if self.stopped:
                    return

    def _taken(self, event: ResponseStreamEvent) -> list[ResponseStreamEvent]:
        """Process an event. Return the events to yield for it."""
        output = self._output
        match event:
            case ResponseReasoningTextDeltaEvent():
                output.of(event, "reasoning").add("reasoning_text", event.content_index, event.delta)
            case ResponseReasoningSummaryTextDeltaEvent():
                output.of(event, "reasoning").add(SUMMARY, event.summary_index, event.delta)
            case ResponseRefusalDeltaEvent():
                output.of(event, "message").add(REFUSAL, event.content_index, event.delta)
            case ResponseTextDoneEvent():
                return output.finish_text(event, event.text)
            case ResponseContentPartDoneEvent(part=ResponseOutputText(text=text)):
                return output.finish_text(event, text)
            case ResponseRefusalDoneEvent():
                output.of(event, "message").finish(REFUSAL, event.content_index, event.refusal)
            case ResponseContentPartDoneEvent(part=ResponseOutputRefusal(refusal=text)):
                output.of(event, "message").finish(REFUSAL, event.content_index, text)
            case ResponseReasoningTextDoneEvent():
                output.of(event, "reasoning").finish("reasoning_text", event.content_index, event.text)
            case ResponseReasoningSummaryTextDoneEvent():
                output.of(event, "reasoning").finish(SUMMARY, event.summary_index, event.text)
            case ResponseFunctionCallArgumentsDeltaEvent():
                return output.add_arguments(event)
            case ResponseFunctionCallArgumentsDoneEvent():
                return output.finish_arguments(event)
            case ResponseOutputItemAddedEvent():
                return output.begin(event)
            case ResponseOutputItemDoneEvent():
                return output.finish(event)
            case ResponseCreatedEvent() | ResponseQueuedEvent() | ResponseInProgressEvent():
                self._head = event.response
                output.early_output = event.response.output or output.early_output
            case ResponseCompletedEvent() | ResponseIncompleteEvent():
                return self._ended(event)
            case ResponseFailedEvent():
                self._fill(event.response)
                self._fail(event.response)
            case _:
                pass
        return [event]

    def _ended(self, event: ResponseCompletedEvent | ResponseIncompleteEvent) -> list[ResponseStreamEvent]:
        response = event.response
        self._fill(response)
        if response.failure is not None:
            self._fail(response)
            return [event]
        if response.status not in ENDED:
            response.status = event.type.removeprefix("response.")
        last = self._output.end(response)
        self.final = response
        self.done = True
        return [*last, event]

    def _fill(self, response: ModelResponse) -> None:
        """Give a response without an ID the ID, model and time of the first event."""
        head = self._head
        if head is not None and not response.id:
            response.id, response.model, response.created_at = head.id, head.model, head.created_at

    def _fail(self, response: ModelResponse) -> None:
        if not response.output:
            response.output = self._output.output()
        self.final = response
        error = response.error
        self.error = StreamAPIError(
            as_sentence(f"The response failed: {response.failure or 'no reason given'}"),
            partial=self.partial,
            body=None if error is None else error.to_dict(),
            code=None if error is None else error.code,
        )

    def _refused(self, data: bytes) -> ResponseErrorEvent:
        """Note the error that the service reported, and return its event."""
        self.error = error = self._reported(data)
        return error_event(error.body)

    def _read_odd(self, data: bytes, name: str, error: ValidationError) -> ResponseStreamEvent | None:
        """Read data that is not a valid event.

        Return None for data that cannot be read, an end mark without meaning, or nothing at all.
        """
        if data.strip() in KEEP_ALIVE or data.strip(BLANKS_AND_QUOTES) == DONE:
            return None
        try:
            value: object = decode_reply(data, any_size=True)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            self.error = self._unreadable(data, error)
            return None
        kind = kind_of(value, name)
        if is_error(value, kind):
            return self._refused(data)
        try:
            return odd_event(value, kind)
        except ValidationError as wrong:
            self.error = self._unreadable(data, wrong)
            return None

    def _read_reply(self, body: bytes, value: object) -> Iterable[ResponseStreamEvent] | None:
        if not isinstance(value, dict) or "output" not in value:
            return None
        response = ModelResponse.model_validate(value, context=LENIENT)
        self._kept.append(body)
        return self._of_whole(response)

    def _of_whole(self, response: ModelResponse) -> Iterator[ResponseStreamEvent]:
        """Return the events of a response that arrived as a whole."""
        yield from self._output.unspoken(response.output)
        match response.status:
            case "failed" | "cancelled":
                yield from self._taken(ResponseFailedEvent(response=response))
            case "incomplete":
                yield from self._taken(ResponseIncompleteEvent(response=response))
            case _:
                yield from self._taken(ResponseCompletedEvent(response=response))
