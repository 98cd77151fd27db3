"""The partial objects of a stream of messages: those of the call that gives the answer, or of the text."""

from __future__ import annotations

from typing import Generic, TypeVar

from ...types.events import PartialObject
from ...types.message_blocks import TextBlock
from ...types.message_events import ContentBlockDeltaEvent, ContentBlockStartEvent, MessageStopEvent, MessageStreamEvent
from ..chat.partial_answer import PartialAnswer
from ..schema.schema import Schema
from .answer import TOOL, MessageAnswerForm
from .events import MessageEvents

T = TypeVar("T")


class MessagePartials(Generic[T]):
    """Makes partial objects from the events that follow.

    Args:
        form: How the answer is given.
        events: The earlier events.
    """

    __slots__ = ("_answer", "_called", "_events", "_form", "_schema")

    def __init__(self, form: MessageAnswerForm[T], schema: Schema[T], events: MessageEvents) -> None:
        self._form = form
        self._schema = schema
        self._events = events
        self._answer = PartialAnswer(schema)
        so_far = events.snapshot()
        self._called = so_far is not None and any(call.name == TOOL for call in so_far.tool_uses)
        if so_far is not None:
            self._answer.add(form.completion(so_far).text)

    def read(self, event: MessageStreamEvent) -> PartialObject[T] | None:
        """Return what an event adds to the object. None if it adds nothing that can be read."""
        match event:
            case ContentBlockDeltaEvent(index=index, delta=delta) if self._events.tool_name(index) == TOOL:
                if not self._called:
                    # What the model said before its answer is not part of it.
                    self._called, self._answer = True, PartialAnswer(self._schema)
                return self._answer.add(delta.partial_json)
            case ContentBlockDeltaEvent(delta=delta) if delta.text and not self._called:
                return self._answer.add(delta.text)
            case ContentBlockStartEvent(content_block=TextBlock(text=text)) if text and not self._called:
                return self._answer.add(text)
            case MessageStopEvent(message):
                return self._answer.end(self._form.completion(message).text)
            case _:
                return None
