"""What of a response is the answer, and what the model said on the way to it.

A comment may hold a draft of the object that was asked for, so the object is never read from one.
"""

from __future__ import annotations

from ...types.response_events import PartEvent, ResponseOutputItemAddedEvent
from ...types.response_items import ResponseOutputMessage
from ...types.responses import ModelResponse


def answer_text(response: ModelResponse) -> str:
    """Return the text of the messages that are the answer."""
    messages = (item for item in response.output if isinstance(item, ResponseOutputMessage) and item.is_answer)
    return "".join(message.text for message in messages)


class Commentary:
    """The messages of a stream that are comments."""

    __slots__ = ("_items",)

    def __init__(self) -> None:
        self._items: set[tuple[str, int]] = set()

    def add(self, event: ResponseOutputItemAddedEvent) -> None:
        """Note the item that begins, if it is a comment."""
        item = event.item
        if isinstance(item, ResponseOutputMessage) and not item.is_answer:
            self._items.add((item.id or "", event.output_index))

    def holds(self, event: PartEvent) -> bool:
        """Whether an event belongs to a comment."""
        return (event.item_id, event.output_index) in self._items
