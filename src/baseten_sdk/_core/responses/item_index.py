"""Finds the item of a response that an event belongs to, and the item that is sent once more.

An ID counts most, then the index, then the kind: some servers number nothing, some give all items one number or one ID,
and some change IDs between the start of an item and its pieces. An ID that several items have says nothing. It must not
know what the items hold.
"""

from __future__ import annotations

from ...types.response_events import ItemEvent
from ...types.response_items import ResponseFunctionToolCall, ResponseOutputItem
from .item_parts import ItemParts


class ItemIndex:
    """The items of one response.

    Attributes:
        items: The items, in the order in which they began.
        shared: The IDs that several items have.
    """

    __slots__ = ("_by_call_id", "_by_id", "_by_index", "_by_kind", "items", "shared")

    def __init__(self) -> None:
        self.items: list[ItemParts] = []
        self._by_call_id: dict[str, ItemParts] = {}
        self._by_id: dict[str, ItemParts] = {}
        self._by_kind: dict[str, list[ItemParts]] = {}
        self._by_index: dict[int, ItemParts] = {}
        self.shared: set[str] = set()

    def add(self, parts: ItemParts) -> None:
        """Add an item that begins."""
        self.items.append(parts)
        self._by_kind.setdefault(parts.kind, []).append(parts)
        if parts.id:
            if parts.id in self._by_id:
                self.shared.add(parts.id)
            self._by_id[parts.id] = parts
        if parts.output_index is not None:
            self._by_index[parts.output_index] = parts
        self.note_call_id(parts)

    def note_call_id(self, parts: ItemParts) -> None:
        """Note the `call_id` of a call, once it is known."""
        if parts.call_id:
            self._by_call_id.setdefault(parts.call_id, parts)

    def of(self, event: ItemEvent, kind: str) -> ItemParts | None:
        """Return the item of this kind that an event belongs to, or None if it has not begun."""
        found = self._with_id(event.item_id, kind)
        if found is not None:
            return found
        index = index_of(event)
        found = None if index is None else self._by_index.get(index)
        if found is not None and found.kind == kind:
            return found
        known = not event.item_id or event.item_id in self._by_id
        return next(reversed(self._by_kind.get(kind, ())), None) if known and (found or index is None) else None

    def again(self, item: ResponseOutputItem, event: ItemEvent | None = None) -> ItemParts | None:
        """Return what arrived of an item that is sent once more, by this event or at the end."""
        found = self._with_id(item.id or (event.item_id if event else ""), item.type)
        if found is None and isinstance(item, ResponseFunctionToolCall) and "call_id" in item.model_fields_set:
            found = self._by_call_id.get(item.call_id)
        if found is None or event is None:
            return found
        index = index_of(event)
        apart = found.output_index is not None and index not in (None, found.output_index)
        if isinstance(item, ResponseFunctionToolCall):
            apart = (apart or (found.whole and index is None)) and found.is_other_than(item)
        return None if apart else found

    def at_end(self, item: ResponseOutputItem, number: int, count: int) -> ItemParts | None:
        """Return what arrived of an item of the last event, which has `count` items of its kind."""
        alike = self._by_kind.get(item.type, [])
        return self.again(item) or (alike[number] if count == len(alike) else None)

    def _with_id(self, id: str, kind: str) -> ItemParts | None:
        found = None if id in self.shared else self._by_id.get(id)
        return found if found is not None and found.kind == kind else None


def index_of(event: ItemEvent) -> int | None:
    """Return the position of an event's item in the output, if it says so."""
    return event.output_index if "output_index" in event.model_fields_set else None
