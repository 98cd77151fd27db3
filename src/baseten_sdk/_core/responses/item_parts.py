"""What has arrived of one item of a response: its texts in pieces, and the arguments of a call.

It must not know which event belongs to which item.
"""

from __future__ import annotations

from typing import TypeAlias

from ...types.response_events import ResponseFunctionCallArgumentsDoneEvent, ResponseOutputItemDoneEvent
from ...types.response_items import (
    ReasoningPart,
    ResponseContent,
    ResponseFunctionToolCall,
    ResponseOutputItem,
    ResponseOutputMessage,
    ResponseOutputRefusal,
    ResponseOutputText,
    ResponseReasoningItem,
)
from ..stream.arguments import HeldArguments, first_object

Announcement: TypeAlias = ResponseFunctionCallArgumentsDoneEvent | ResponseOutputItemDoneEvent

PartPosition: TypeAlias = tuple[str, int]
"""A kind of text, and its index in the item."""

OUTPUT_TEXT = "output_text"
SUMMARY = "summary_text"
REFUSAL = "refusal"


class ItemParts:
    """What has arrived of one item.

    Attributes:
        item: The item as the server sent it last. None if no event began it.
        output_index: Its position in the output, if the server says so.
        whole: Whether the server called the item done.
        texts: The pieces of its texts.
        size: The characters in them.
        arguments: The arguments of a call.
        held: What the server announced about a call whose arguments are incomplete.
        reported: Whether the arguments of a call were reported as complete.
    """

    __slots__ = ("arguments", "held", "id", "item", "kind", "output_index", "reported", "size", "texts", "whole")

    def __init__(self, kind: str, item: ResponseOutputItem | None = None, id: str = "") -> None:
        self.kind = kind
        self.item = item
        self.id = id
        self.output_index: int | None = None
        self.whole = False
        self.texts: dict[PartPosition, list[str]] = {}
        self.size = 0
        self.arguments = HeldArguments()
        self.held: list[Announcement] = []
        self.reported = False

    @property
    def call_id(self) -> str:
        return self.item.call_id if isinstance(self.item, ResponseFunctionToolCall) else ""

    def is_other_than(self, call: ResponseFunctionToolCall) -> bool:
        """Whether another call has this one's ID or its `call_id`."""
        if "call_id" in call.model_fields_set and call.call_id != self.call_id:
            return True
        here, there = self.arguments.object, first_object(call.arguments)
        return bool(here and there) and here != there

    def add(self, kind: str, number: int, piece: str) -> None:
        """Add a piece of a text."""
        self.size += len(piece)
        position = kind, number
        pieces = self.texts.get(position)
        if pieces is None:
            self.texts[position] = [piece]
        else:
            pieces.append(piece)

    def finish(self, kind: str, number: int, text: str) -> None:
        """Take a whole text, if none of it arrived in pieces."""
        if text and (kind, number) not in self.texts:
            self.add(kind, number, text)

    def built(self) -> ResponseOutputItem:
        """Return the item as far as it has arrived."""
        item = self.item
        if isinstance(item, ResponseFunctionToolCall) or self.kind == "function_call":
            call = item if isinstance(item, ResponseFunctionToolCall) else ResponseFunctionToolCall(id=self.id or None)
            return call.model_copy(update={"arguments": self.arguments.text or call.arguments})
        if item is not None and (not self.texts or (self.whole and not self._says_more_than(item))):
            return item
        if self.kind == "reasoning":
            parts = {position: ReasoningPart(type=position[0], text=text) for position, text in self._texts()}
            thought = item if isinstance(item, ResponseReasoningItem) else ResponseReasoningItem(id=self.id or None)
            content = [part for position, part in parts.items() if position[0] != SUMMARY]
            return thought.model_copy(
                update={
                    "content": content,
                    "summary": [part for position, part in parts.items() if position[0] == SUMMARY],
                }
            )
        message = item if isinstance(item, ResponseOutputMessage) else ResponseOutputMessage(id=self.id or None)
        full_text: list[ResponseContent] = [
            ResponseOutputRefusal(refusal=text) if kind == REFUSAL else ResponseOutputText(text=text)
            for (kind, _), text in self._texts()
        ]
        return message.model_copy(update={"content": full_text})

    def _says_more_than(self, item: ResponseOutputItem) -> bool:
        """Whether the pieces have more text than an item that the server called done."""
        match item:
            case ResponseOutputMessage(text=text):
                full_text = self.full_text()
                return len(full_text) > len(text) and full_text.startswith(text)
            case ResponseReasoningItem(text=text):
                return not text
            case _:
                return False

    @property
    def spoke(self) -> bool:
        """Whether any text has arrived in pieces."""
        return any(any(pieces) for (kind, _), pieces in self.texts.items() if kind == OUTPUT_TEXT)

    @property
    def arrived(self) -> bool:
        """Whether the item is more than an announcement."""
        return self.whole or self.reported or bool(self.texts) or self.arguments.whole

    def full_text(self) -> str:
        """Return the text that arrived in pieces."""
        return "".join(text for (kind, _), text in self._texts() if kind == OUTPUT_TEXT)

    def _texts(self) -> list[tuple[PartPosition, str]]:
        for pieces in self.texts.values():
            if len(pieces) > 1:
                # Join the pieces once, even if a caller asks at each event.
                pieces[:] = ("".join(pieces),)
        return [(position, pieces[0]) for position, pieces in sorted(self.texts.items(), key=lambda each: each[0][1])]
