"""Turns the events of a stream of messages into those of `messages.stream`, while adding them up.

A delta is followed by an event for what it adds. The event at the end of a block holds the block. So the end of a call
is held back until its arguments are whole or the message has ended, because some servers announce it too early.
"""

from __future__ import annotations

from ...types.message_events import (
    ContentBlockDeltaEvent,
    ContentBlockStopEvent,
    InputJsonEvent,
    MessageStopEvent,
    MessageStreamEvent,
    RawContentBlockStopEvent,
    RawMessageStopEvent,
    RawMessageStreamEvent,
    SignatureEvent,
    TextEvent,
    ThinkingEvent,
)
from ...types.messages import Message
from .accumulate import BlockParts, MessageAccumulator


class MessageEvents:
    """Makes the events of one stream."""

    __slots__ = ("_accumulator", "_held", "_told")

    def __init__(self) -> None:
        self._accumulator = MessageAccumulator()
        self._held: dict[int, BlockParts] = {}
        self._told: set[int] = set()

    def snapshot(self) -> Message | None:
        """What has arrived so far. None if nothing has."""
        return self._accumulator.message()

    def tool_name(self, index: int) -> str | None:
        """The tool that a block calls; None if it calls none."""
        parts = self._accumulator.blocks.get(index)
        return None if parts is None else parts.tool_name

    def read(self, event: RawMessageStreamEvent) -> list[MessageStreamEvent]:
        """Return the events for an event of the stream."""
        self._accumulator.add(event)
        match event:
            case ContentBlockDeltaEvent():
                return self._added(event)
            case RawContentBlockStopEvent(index=index):
                return self._stopped(index)
            case RawMessageStopEvent():
                return self._ended()
            case _:
                return [event]

    def _added(self, event: ContentBlockDeltaEvent) -> list[MessageStreamEvent]:
        delta, parts = event.delta, self._accumulator.blocks[event.index]
        events: list[MessageStreamEvent] = [event]
        if delta.text:
            events.append(TextEvent(delta.text, _so_far=parts.text, _count=len(parts.text.pieces)))
        elif delta.thinking:
            events.append(ThinkingEvent(delta.thinking, _so_far=parts.text, _count=len(parts.text.pieces)))
        elif delta.partial_json:
            events.append(InputJsonEvent(delta.partial_json, _so_far=parts.text, _count=len(parts.text.pieces)))
        elif delta.signature:
            events.append(SignatureEvent(delta.signature))
        if self._held and event.index in self._held and parts.ready:
            events.append(self._told_of(event.index))
        return events

    def _stopped(self, index: int) -> list[MessageStreamEvent]:
        parts = self._accumulator.blocks.get(index)
        if parts is None or index in self._told:
            return []
        parts.arguments.announce()
        if parts.ready:
            return [self._told_of(index)]
        self._held[index] = parts
        return []

    def _told_of(self, index: int) -> ContentBlockStopEvent:
        self._held.pop(index, None)
        self._told.add(index)
        return ContentBlockStopEvent(self._accumulator.blocks[index].block(), index)

    def _ended(self) -> list[MessageStreamEvent]:
        untold = [index for index in sorted(self._accumulator.blocks) if index not in self._told]
        events: list[MessageStreamEvent] = [self._told_of(index) for index in untold]
        message = self._accumulator.message()
        return events if message is None else [*events, MessageStopEvent(message)]
