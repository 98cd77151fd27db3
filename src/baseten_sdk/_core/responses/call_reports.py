"""Reports the calls of a response: the events that announce a call, held back until its arguments are whole.

It must not know which event belongs to which call.
"""

from __future__ import annotations

from ...types.response_events import (
    ResponseFunctionCallArgumentsDoneEvent,
    ResponseOutputItemDoneEvent,
    ResponseStreamEvent,
)
from ...types.response_items import ResponseFunctionToolCall, ResponseOutputItem
from ..stream.arguments import first_object
from .item_parts import Announcement, ItemParts


def announced(parts: ItemParts, event: Announcement, arguments: str) -> list[ResponseStreamEvent]:
    """Hold the announcement of a call. Return what can be reported."""
    parts.arguments.announce(arguments)
    if not any(type(each) is type(event) for each in parts.held):
        parts.held.append(event)
    return released(parts)


def released(parts: ItemParts) -> list[ResponseStreamEvent]:
    """Return the announcements of a call, if its arguments are whole."""
    return _report(parts, parts.arguments.text) if parts.arguments.ready else []


def _report(parts: ItemParts, arguments: str) -> list[ResponseStreamEvent]:
    """Return the held announcements, with the whole arguments."""
    held, parts.held = parts.held, []
    if not parts.reported and len(held) == 1 and isinstance(held[0], ResponseOutputItemDoneEvent):
        done = held[0]
        held.insert(0, _arguments_done(done.item, done.output_index, done.item_id))
    parts.reported = True
    for event in held:
        if isinstance(event, ResponseFunctionCallArgumentsDoneEvent):
            event.arguments = arguments
        elif isinstance(event.item, ResponseFunctionToolCall):
            event.item.arguments = arguments
    return [*held]


def unreported(parts: ItemParts, index: int, item: ResponseFunctionToolCall) -> list[ResponseStreamEvent]:
    """Return the events of a call that the stream has not sent."""
    if parts.reported:
        return [] if parts.whole else [_done(parts, index, item)]
    if not parts.held:
        parts.held.append(_arguments_done(item, index))
    events = _report(parts, item.arguments)
    return events if parts.whole else [*events, _done(parts, index, item)]


def _arguments_done(item: ResponseOutputItem, index: int, item_id: str = "") -> ResponseFunctionCallArgumentsDoneEvent:
    name = item.name if isinstance(item, ResponseFunctionToolCall) else ""
    return ResponseFunctionCallArgumentsDoneEvent(name=name, item_id=item.id or item_id, output_index=index)


def _done(parts: ItemParts, index: int, item: ResponseFunctionToolCall) -> ResponseOutputItemDoneEvent:
    parts.whole = True
    return ResponseOutputItemDoneEvent(item=item, item_id=item.id or "", output_index=index)


def completed_call(call: ResponseFunctionToolCall, parts: ItemParts | None) -> ItemParts:
    """Complete a call of the last event with what arrived of it. Another call may have had its ID."""
    if parts is None or (
        parts.reported and parts.call_id != call.call_id and parts.arguments.object != first_object(call.arguments)
    ):
        parts = ItemParts("function_call")
    elif parts.call_id and "call_id" not in call.model_fields_set:
        call.call_id = parts.call_id
    if not first_object(call.arguments) and parts.arguments.whole:
        call.arguments = parts.arguments.text
    parts.item = call
    return parts
