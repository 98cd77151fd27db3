"""From the events of a stream to the output that they make up.

Theory of operation. Texts are kept as lists of pieces, so that the cost is linear in the events. What the servers do
differently is met here, once:

- an event finds its item by `item_id`, else by `output_index`, else it is the latest item of its kind: some servers
  number nothing, some change ids between the beginning of an item and its pieces;
- the end of a call's arguments may be announced before they are whole, with none or some of them. The announcement is
  held until they are whole, or until the response ends;
- a call may be announced twice, or its end not at all: each call is told of once;
- the last event has the whole output. Only where it has none, or arguments that are less than the pieces that came,
  what came counts.
"""

from __future__ import annotations

from typing import TypeAlias

from ...types.response_events import (
    ItemEvent,
    ResponseFunctionCallArgumentsDeltaEvent,
    ResponseFunctionCallArgumentsDoneEvent,
    ResponseOutputItemAddedEvent,
    ResponseOutputItemDoneEvent,
    ResponseStreamEvent,
)
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
from ...types.responses import ModelResponse
from ..stream.arguments import HeldArguments, first_object

Announcement: TypeAlias = ResponseFunctionCallArgumentsDoneEvent | ResponseOutputItemDoneEvent

Place: TypeAlias = tuple[str, int]
"""A kind of text, and its number in the item."""

SUMMARY = "summary_text"
REFUSAL = "refusal"


class ItemParts:
    """What has come of one item.

    Attributes:
        kind: its type.
        item: the item as the server sent it last; None where nothing began it.
        whole: whether the server said that the item is done.
        texts: the pieces of its texts.
        arguments: those of a call.
        held: what the server announced of a call whose arguments are not whole.
        told: whether a call was told of as done.
    """

    __slots__ = ("arguments", "held", "id", "item", "kind", "texts", "told", "whole")

    def __init__(self, kind: str, item: ResponseOutputItem | None = None, id: str = "") -> None:
        self.kind = kind
        self.item = item
        self.id = id
        self.whole = False
        self.texts: dict[Place, list[str]] = {}
        self.arguments = HeldArguments()
        self.held: list[Announcement] = []
        self.told = False

    @property
    def call_id(self) -> str:
        return self.item.call_id if isinstance(self.item, ResponseFunctionToolCall) else ""

    def add(self, kind: str, number: int, piece: str) -> None:
        """Take a piece of a text in."""
        place = kind, number
        pieces = self.texts.get(place)
        if pieces is None:
            self.texts[place] = [piece]
        else:
            pieces.append(piece)

    def built(self) -> ResponseOutputItem:
        """The item as far as it came."""
        item = self.item
        if isinstance(item, ResponseFunctionToolCall) or self.kind == "function_call":
            call = item if isinstance(item, ResponseFunctionToolCall) else ResponseFunctionToolCall(id=self.id or None)
            return call.model_copy(update={"arguments": self.arguments.text or call.arguments})
        if item is not None and (self.whole or not self.texts):
            return item
        if self.kind == "reasoning":
            parts = {place: ReasoningPart(type=place[0], text=text) for place, text in self._texts()}
            thought = item if isinstance(item, ResponseReasoningItem) else ResponseReasoningItem(id=self.id or None)
            content = [part for place, part in parts.items() if place[0] != SUMMARY]
            return thought.model_copy(
                update={"content": content, "summary": [part for place, part in parts.items() if place[0] == SUMMARY]}
            )
        message = item if isinstance(item, ResponseOutputMessage) else ResponseOutputMessage(id=self.id or None)
        said: list[ResponseContent] = [
            ResponseOutputRefusal(refusal=text) if kind == REFUSAL else ResponseOutputText(text=text)
            for (kind, _), text in self._texts()
        ]
        return message.model_copy(update={"content": said})

    def _texts(self) -> list[tuple[Place, str]]:
        for pieces in self.texts.values():
            if len(pieces) > 1:
                # Whoever asks at each event does not join them all each time.
                pieces[:] = ("".join(pieces),)
        return [(place, pieces[0]) for place, pieces in sorted(self.texts.items(), key=lambda each: each[0][1])]


class OutputParts:
    """What has come of an output."""

    __slots__ = ("_by_id", "_by_index", "_latest", "items")

    def __init__(self) -> None:
        self.items: list[ItemParts] = []
        self._by_id: dict[str, ItemParts] = {}
        self._by_index: dict[int, ItemParts] = {}
        self._latest: ItemParts | None = None

    def of(self, event: ItemEvent, kind: str) -> ItemParts:
        """The item that an event belongs to; it may begin with it."""
        latest = self._latest
        if latest is not None and latest.kind == kind and latest.id == event.item_id:
            return latest
        return self._found(event, kind)

    def _found(self, event: ItemEvent, kind: str) -> ItemParts:
        found = self._by_id.get(event.item_id) if event.item_id else None
        if found is None and "output_index" in event.model_fields_set:
            found = self._by_index.get(event.output_index)
        elif found is None and not event.item_id:
            found = next((each for each in reversed(self.items) if each.kind == kind), None)
        if found is None or found.kind != kind:
            found = self._new(ItemParts(kind, id=event.item_id), event)
        if event.item_id:
            self._by_id.setdefault(event.item_id, found)
        self._latest = found
        return found

    def _new(self, parts: ItemParts, event: ItemEvent) -> ItemParts:
        self.items.append(parts)
        if parts.id:
            self._by_id[parts.id] = parts
        if "output_index" in event.model_fields_set:
            self._by_index[event.output_index] = parts
        self._latest = parts
        return parts

    def begin(self, event: ResponseOutputItemAddedEvent) -> list[ResponseStreamEvent]:
        """An item begins; one that has begun already does not."""
        if self._known(event.item, event.item_id) is not None:
            return []
        item = event.item
        self._new(ItemParts(item.type, item, item.id or event.item_id), event)
        return [event]

    def _known(self, item: ResponseOutputItem, item_id: str) -> ItemParts | None:
        found = self._by_id.get(item.id or item_id)
        if found is None and isinstance(item, ResponseFunctionToolCall) and "call_id" in item.model_fields_set:
            found = next((each for each in self.items if each.call_id == item.call_id), None)
        return found if found is not None and found.kind == item.type else None

    def finish(self, event: ResponseOutputItemDoneEvent) -> list[ResponseStreamEvent]:
        """The server says that an item is done."""
        item = event.item
        parts = self._known(item, event.item_id)
        if parts is None:
            found = self._by_index.get(event.output_index) if "output_index" in event.model_fields_set else None
            parts = found if found is not None and found.kind == item.type and not found.whole else None
        if parts is None:
            parts = self._new(ItemParts(item.type, item, item.id or event.item_id), event)
        if isinstance(item, ResponseFunctionToolCall):
            if parts.told and parts.whole:
                return []
            parts.item, parts.whole = item, True
            return self._announced(parts, event, item.arguments)
        if _says_something(item) or not parts.texts:
            parts.item, parts.whole = item, True
        return [event]

    def add_arguments(self, event: ResponseFunctionCallArgumentsDeltaEvent) -> list[ResponseStreamEvent]:
        """More of a call's arguments."""
        parts = self.of(event, "function_call")
        if parts.told:
            return []
        parts.arguments.add(event.delta)
        return [event, *self._released(parts)] if parts.held else [event]

    def finish_arguments(self, event: ResponseFunctionCallArgumentsDoneEvent) -> list[ResponseStreamEvent]:
        """The server says that the arguments of a call are whole."""
        parts = self.of(event, "function_call")
        if parts.item is None:
            parts.item = ResponseFunctionToolCall(id=event.item_id or None, name=event.name)
        return [] if parts.told else self._announced(parts, event, event.arguments)

    def _announced(self, parts: ItemParts, event: Announcement, arguments: str) -> list[ResponseStreamEvent]:
        parts.arguments.announce(arguments)
        if not any(type(each) is type(event) for each in parts.held):
            parts.held.append(event)
        return self._released(parts)

    def _released(self, parts: ItemParts) -> list[ResponseStreamEvent]:
        """The announcements of a call, if its arguments are whole."""
        return _tell(parts, parts.arguments.text) if parts.arguments.ready else []

    def end(self, response: ModelResponse) -> list[ResponseStreamEvent]:
        """The response has ended: what is to be told of calls before that. Its output is made whole."""
        output: list[ResponseOutputItem] = []
        told: list[ResponseStreamEvent] = []
        for item in response.output or [parts.built() for parts in self.items]:
            if not isinstance(item, ResponseFunctionToolCall):
                output.append(item)
                continue
            if any(isinstance(each, ResponseFunctionToolCall) and _is_same(each, item) for each in output):
                continue
            parts = self._known(item, "") or ItemParts("function_call", item)
            if first_object(item.arguments) is None and parts.arguments.whole:
                item.arguments = parts.arguments.text
            parts.item = item
            output.append(item)
            if response.status == "completed" or first_object(item.arguments) is not None:
                told += _missing(parts, len(output) - 1, item)
        response.output = output
        return told

    def output(self) -> list[ResponseOutputItem]:
        """What has come so far."""
        return [parts.built() for parts in self.items]


def _tell(parts: ItemParts, arguments: str) -> list[ResponseStreamEvent]:
    """The announcements that were held, with the whole arguments."""
    held, parts.held = parts.held, []
    parts.told = True
    for event in held:
        if isinstance(event, ResponseFunctionCallArgumentsDoneEvent):
            event.arguments = arguments
        elif isinstance(event.item, ResponseFunctionToolCall):
            event.item.arguments = arguments
    return [*held]


def _missing(parts: ItemParts, index: int, item: ResponseFunctionToolCall) -> list[ResponseStreamEvent]:
    """What the stream has not told of a call."""
    if parts.told:
        return [] if parts.whole else [_done(parts, index, item)]
    if not parts.held:
        arguments = ResponseFunctionCallArgumentsDoneEvent(
            name=item.name, arguments=item.arguments, item_id=item.id or "", output_index=index
        )
        parts.held.append(arguments)
    events = _tell(parts, item.arguments)
    return events if parts.whole else [*events, _done(parts, index, item)]


def _done(parts: ItemParts, index: int, item: ResponseFunctionToolCall) -> ResponseOutputItemDoneEvent:
    parts.whole = True
    return ResponseOutputItemDoneEvent(item=item, item_id=item.id or "", output_index=index)


def _is_same(call: ResponseFunctionToolCall, other: ResponseFunctionToolCall) -> bool:
    if call.id and call.id == other.id:
        return True
    return "call_id" in other.model_fields_set and call.call_id == other.call_id


def _says_something(item: ResponseOutputItem) -> bool:
    match item:
        case ResponseOutputMessage():
            return bool(item.text or item.refusal)
        case ResponseReasoningItem():
            return bool(item.text or item.encrypted_content)
        case _:
            return True
