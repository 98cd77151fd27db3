"""Adds up the events of a stream to the output that they make.

Theory of operation. Texts are kept as lists of pieces, so the cost is linear in the number of events. The differences
between servers are handled here:

- The end of a call's arguments may be announced before they are whole, empty or cut. The announcement is held until
  they are whole, or until the response ends.
- A call may be announced twice, or its end not at all. Each call is reported once.
- A text may arrive only with the event that ends it. A delta with the text is then reported first, unless its pieces
  came under another ID. Those belong to the message that spoke last, if the server did not call that one done.
- A message may be called done before its last pieces have arrived.
- An item may be announced without saying what it is. The pieces that follow say it.
- The output may come only with an event that says that the response begins or is in progress.
- All text may come with the last event, or with the beginning of its item. It is then reported before the last event.
- The last event has the whole output. What arrived earlier counts only if that output is missing, if it has no item of
  a kind that arrived, if it has a message or reasoning without text, or if its arguments are shorter than the pieces.
"""

from __future__ import annotations

from collections import Counter

from ...types.response_events import (
    ItemEvent,
    ResponseContentPartDoneEvent,
    ResponseFunctionCallArgumentsDeltaEvent,
    ResponseFunctionCallArgumentsDoneEvent,
    ResponseOutputItemAddedEvent,
    ResponseOutputItemDoneEvent,
    ResponseStreamEvent,
    ResponseTextDeltaEvent,
    ResponseTextDoneEvent,
)
from ...types.response_items import (
    ResponseFunctionToolCall,
    ResponseOutputItem,
    ResponseOutputMessage,
    ResponseOutputText,
    ResponseReasoningItem,
    ResponseUnknownItem,
)
from ...types.responses import ModelResponse
from ..stream.arguments import first_object
from ..stream.same_call import SeenCalls
from .call_reports import announced, completed_call, released, unreported
from .item_index import ItemIndex, index_of
from .item_parts import OUTPUT_TEXT, ItemParts

SMALLEST_SHARE = 1 / 32
"""A text is looked for in what a message has said only if it is at least this share of it. Otherwise, many short texts
after a long one would take long, and a short one would be found by chance.
"""


class OutputParts:
    """What has arrived of an output.

    Attributes:
        early_output: The latest output of an event before the last one. It counts if no event was about an item.
    """

    __slots__ = ("_index", "_latest", "_silent", "_speaker", "_spoken", "early_output")

    def __init__(self) -> None:
        self.early_output: list[ResponseOutputItem] = []
        self._index = ItemIndex()
        self._latest: ItemParts | None = None
        self._speaker: ItemParts | None = None
        self._spoken: str | None = None
        self._silent = True

    @property
    def begun(self) -> bool:
        """Whether any item has begun."""
        return bool(self._index.items)

    def of(self, event: ItemEvent, kind: str) -> ItemParts:
        """Return the item of an event, which may begin with it."""
        latest = self._latest
        if (
            latest is not None
            and latest.kind == kind
            and latest.id == event.item_id != ""
            and (latest.output_index is None or latest.output_index == event.output_index)
        ):
            return latest
        found = self._index.of(event, kind) or self._new(ItemParts(kind, id=event.item_id), event)
        self._turn_to(found)
        return found

    def _new(self, parts: ItemParts, event: ItemEvent) -> ItemParts:
        parts.output_index = index_of(event)
        self._index.add(parts)
        self._turn_to(parts)
        return parts

    def _turn_to(self, parts: ItemParts) -> None:
        """Note which item the events are about now, and which message spoke before it."""
        latest = self._latest
        if latest is not parts and latest is not None and latest.kind == "message" and latest.texts:
            self._speaker, self._spoken = latest, None
        self._latest = parts

    def begin(self, event: ResponseOutputItemAddedEvent) -> list[ResponseStreamEvent]:
        """Begin an item, unless it has begun already."""
        item = event.item
        if isinstance(item, ResponseUnknownItem) and not any(item.to_dict().values()):
            return [event]
        if self._index.again(item, event) is not None:
            return []
        self._new(ItemParts(item.type, item, item.id or event.item_id), event)
        return [event]

    def finish(self, event: ResponseOutputItemDoneEvent) -> list[ResponseStreamEvent]:
        """Note that the server called an item done."""
        item = event.item
        parts = self._index.again(item, event)
        if parts is None:
            found = self._index.of(event, item.type)
            parts = found if found is not None and not found.whole else None
        if parts is None:
            parts = self._new(ItemParts(item.type, item, item.id or event.item_id), event)
        if isinstance(item, ResponseFunctionToolCall):
            if parts.reported and parts.whole:
                return []
            parts.item, parts.whole = item, True
            self._index.note_call_id(parts)
            return announced(parts, event, item.arguments)
        missing = self._missing_text(parts, item.text, event) if isinstance(item, ResponseOutputMessage) else []
        if _has_content(item) or not parts.texts:
            parts.item, parts.whole = item, True
        return [*missing, event]

    def finish_text(
        self, event: ResponseTextDoneEvent | ResponseContentPartDoneEvent, text: str
    ) -> list[ResponseStreamEvent]:
        """Take the end of a text."""
        parts = self.of(event, "message")
        missing = self._missing_text(parts, text, event)
        for each in missing:
            parts.add(OUTPUT_TEXT, event.content_index, each.delta)
        return [*missing, event]

    def _missing_text(self, parts: ItemParts, text: str, event: ItemEvent) -> list[ResponseTextDeltaEvent]:
        """Return a delta with the text if none of it arrived in pieces."""
        self._turn_to(parts)
        if not text or parts.spoke or self._was_spoken(text):
            return []
        self._silent = False
        return [ResponseTextDeltaEvent(delta=text, item_id=event.item_id, output_index=event.output_index)]

    def _was_spoken(self, text: str) -> bool:
        """Whether the message that spoke before this item said this, unless the server called that one done."""
        speaker = self._speaker
        if speaker is None or speaker.whole or len(text) < speaker.size * SMALLEST_SHARE:
            return False
        if self._spoken is None:
            self._spoken = speaker.full_text()
        return text in self._spoken

    def add_arguments(self, event: ResponseFunctionCallArgumentsDeltaEvent) -> list[ResponseStreamEvent]:
        """Add a piece of a call's arguments."""
        parts = self.of(event, "function_call")
        if parts.reported:
            return []
        parts.arguments.add(event.delta)
        return [event, *released(parts)] if parts.held else [event]

    def finish_arguments(self, event: ResponseFunctionCallArgumentsDoneEvent) -> list[ResponseStreamEvent]:
        """Note that the server called the arguments of a call complete."""
        parts = self.of(event, "function_call")
        if parts.item is None:
            parts.item = ResponseFunctionToolCall(id=event.item_id or None, name=event.name)
            self._index.note_call_id(parts)
        return [] if parts.reported else announced(parts, event, event.arguments)

    def end(self, response: ModelResponse) -> list[ResponseStreamEvent]:
        """Note the end of the response, and complete its output. Return what was not reported of calls yet."""
        output: list[ResponseOutputItem] = []
        calls = SeenCalls()
        numbers = Counter[str]()
        reported: list[ResponseStreamEvent] = []
        whole = self._with_missing(response.output)
        counts = Counter(item.type for item in whole)
        for item in whole:
            parts = self._index.at_end(item, numbers[item.type], counts[item.type])
            numbers[item.type] += 1
            if isinstance(item, ResponseFunctionToolCall):
                if _repeated(item, calls, self._index.shared):
                    continue
                parts = completed_call(item, parts)
                self._index.note_call_id(parts)
                if response.status == "completed" or first_object(item.arguments) is not None:
                    reported += unreported(parts, len(output), item)
            elif parts is not None:
                _complete_texts(item, parts)
            output.append(item)
        response.output = output
        return [*self.unspoken(output), *reported]

    def unspoken(self, output: list[ResponseOutputItem]) -> list[ResponseStreamEvent]:
        """Return the events for the texts of an output, if no piece of any text has arrived. They are returned once."""
        if self._silent and not any(parts.spoke for parts in self._index.items):
            self._silent = False
            return [event for index, item in enumerate(output) for event in _whole_text(item, index)]
        return []

    def _with_missing(self, output: list[ResponseOutputItem]) -> list[ResponseOutputItem]:
        """Return the output of the last event, with what arrived of the kinds of items that it leaves out."""
        if not output:
            return self.output()
        known = {item.type for item in output}
        whole = [*output]
        for index, parts in enumerate(parts for parts in self._index.items if parts.arrived):
            if parts.kind not in known:
                whole.insert(index, parts.built())
        return whole

    def output(self) -> list[ResponseOutputItem]:
        """Return what has arrived so far."""
        return [parts.built() for parts in self._index.items] or self.early_output


def _complete_texts(item: ResponseOutputItem, parts: ItemParts) -> None:
    """Give a message or reasoning of the last event the text that arrived, if it has none."""
    if isinstance(item, ResponseOutputMessage):
        if parts.full_text() and not (item.text or item.refusal):
            item.content = [ResponseOutputText(text=parts.full_text())]
    elif isinstance(item, ResponseReasoningItem) and not item.text:
        built = parts.built()
        if isinstance(built, ResponseReasoningItem) and built.text:
            item.content, item.summary = built.content, built.summary


def _whole_text(item: ResponseOutputItem, index: int) -> tuple[ResponseStreamEvent, ...]:
    """Return the events of a message whose text comes at once."""
    if not isinstance(item, ResponseOutputMessage) or not item.text:
        return ()
    item_id = item.id or ""
    return (
        ResponseTextDeltaEvent(delta=item.text, item_id=item_id, output_index=index),
        ResponseTextDoneEvent(text=item.text, item_id=item_id, output_index=index),
    )


def _repeated(call: ResponseFunctionToolCall, calls: SeenCalls, shared: set[str]) -> bool:
    """Whether a call of the last event came before in it. An ID that several items have says nothing."""
    arguments = first_object(call.arguments)
    ids = [call.call_id] if "call_id" in call.model_fields_set else []
    if call.id and call.id not in shared and (arguments or not ids):
        ids.append(call.id)
    return calls.repeated(ids, call.name, arguments, aliases=(call.call_id, call.id or call.call_id))


def _has_content(item: ResponseOutputItem) -> bool:
    match item:
        case ResponseOutputMessage():
            return bool(item.text or item.refusal)
        case ResponseReasoningItem():
            return bool(item.text or item.encrypted_content)
        case _:
            return True
