"""The partial objects of a response's stream."""

from __future__ import annotations

from typing import Generic, TypeVar

from ...types.events import PartialObject
from ...types.response_events import (
    ResponseCompletedEvent,
    ResponseIncompleteEvent,
    ResponseStreamEvent,
    ResponseTextDeltaEvent,
)
from ..chat.partial_answer import PartialAnswer
from ..schema.schema import Schema
from .commentary import Commentary, answer_text

T = TypeVar("T")


class ResponsePartials(Generic[T]):
    """Makes partial objects from the events that follow.

    Args:
        so_far: The text of the answer before them.
        commentary: The messages that are no answer.
    """

    __slots__ = ("_answer", "_commentary")

    def __init__(self, schema: Schema[T], so_far: str, commentary: Commentary) -> None:
        self._commentary = commentary
        self._answer = PartialAnswer(schema)
        if so_far:
            self._answer.add(so_far)

    def read(self, event: ResponseStreamEvent) -> PartialObject[T] | None:
        """Return what an event adds to the object. None if it adds nothing that can be read."""
        match event:
            case ResponseTextDeltaEvent(delta=delta):
                return None if self._commentary.holds(event) else self._answer.add(delta)
            case ResponseCompletedEvent(response=response) | ResponseIncompleteEvent(response=response):
                return self._answer.end(answer_text(response))
            case _:
                return None
