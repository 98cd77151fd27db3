"""Turns the events of a stream of messages into those of `messages.stream`, while adding them up.

A delta is followed by an event for what it adds. The event at the end of a block holds the block. So the end of a call
is held back until its arguments are whole or the message has ended, because some servers announce it too early.
"""

from __future__ import annotations

from ...types.message_blocks import ContentBlock, TextBlock, ThinkingBlock
from ...types.message_events import (
    ContentBlockDeltaEvent,
    ContentBlockStartEvent,
    ContentBlockStopEvent,
    InputJsonEvent,
    MessageStopEvent,
    MessageStreamEvent,
    RawContentBlockStopEvent,
    RawMessageStopEvent,
    RawMessageStreamEvent,
    SignatureEvent,
    SoFar,
    TextEvent,
    ThinkingEvent,
)
from ...types.messages import Message
from ..stream.same_call import SeenCalls
from .accumulate import MessageAccumulator
from .block_parts import BlockParts


class MessageEvents:
    """Makes the events of one stream."""

    __slots__ = ("_accumulator", "_calls", "_closed", "_held")

    def __init__(self) -> None:
        self._accumulator = MessageAccumulator()
        self._held: dict[int, BlockParts] = {}
        self._closed: set[int] = set()
        self._calls = SeenCalls()

    def snapshot(self) -> Message | None:
        """Return what has arrived so far. None if nothing has."""
        return self._accumulator.message()

    def tool_name(self, index: int) -> str | None:
        """Return the tool that a block calls; None if it calls none."""
        number = self._accumulator.number(index)
        return None if number is None else self._accumulator.blocks[number].tool_name

    def read(self, event: RawMessageStreamEvent) -> list[MessageStreamEvent]:
        """Return the events for an event of the stream."""
        if isinstance(event, ContentBlockDeltaEvent):
            return self._added(event)
        self._accumulator.add(event)
        match event:
            case ContentBlockStartEvent():
                return [event, *self._opened(event.index)]
            case RawContentBlockStopEvent(index=index):
                return self._stopped(index)
            case RawMessageStopEvent():
                return self._ended()
            case _:
                return [event]

    def _opened(self, index: int) -> list[MessageStreamEvent]:
        """Return an event for the text with which a block begins, if there is one."""
        number = self._accumulator.number(index)
        assert number is not None  # it was added
        parts = self._accumulator.blocks[number]
        opening, parts.opening = parts.opening, ""
        if not opening:
            return []
        made = ThinkingEvent if parts.kind == "thinking" else TextEvent
        return [made(opening, _upto=(parts.text, 1))]

    def _added(self, event: ContentBlockDeltaEvent) -> list[MessageStreamEvent]:
        number, parts = self._accumulator.add_delta(event)
        delta, upto = event.delta, (parts.text, len(parts.text.pieces))
        events: list[MessageStreamEvent] = [event]
        if delta.text:
            events.append(TextEvent(delta.text, _upto=upto))
        elif delta.thinking:
            events.append(ThinkingEvent(delta.thinking, _upto=upto))
        elif delta.partial_json:
            events.append(InputJsonEvent(delta.partial_json, _upto=upto))
        elif delta.signature:
            events.append(SignatureEvent(delta.signature))
        if number in self._held and parts.ready:
            events += self._close(number)
        return events

    def _stopped(self, index: int) -> list[MessageStreamEvent]:
        number = self._accumulator.number(index)
        if number is None or number in self._closed:
            return []
        parts = self._accumulator.blocks[number]
        parts.arguments.announce()
        if parts.ready:
            return self._close(number)
        self._held[number] = parts
        return []

    def _close(self, number: int) -> list[MessageStreamEvent]:
        """Return the event that ends a block, or nothing for a repeated call."""
        self._held.pop(number, None)
        self._closed.add(number)
        parts = self._accumulator.blocks[number]
        if parts.is_call and parts.repeated(self._calls):
            return []
        return [ContentBlockStopEvent(parts.block(), number)]

    def _ended(self) -> list[MessageStreamEvent]:
        unclosed = [number for number in sorted(self._accumulator.blocks) if number not in self._closed]
        events = [event for number in unclosed for event in self._close(number)]
        message = self._accumulator.message()
        if message is None:
            return events
        if not self._accumulator.blocks:
            # The blocks came with the beginning of the message.
            events = [event for number, block in enumerate(message.content) for event in _whole(block, number)]
        return [*events, MessageStopEvent(message)]


def _whole(block: ContentBlock, number: int) -> tuple[MessageStreamEvent, ...]:
    """Return the events of a block that came at once."""
    ended = ContentBlockStopEvent(block, number)
    so_far = SoFar()
    match block:
        case TextBlock(text=text) if text:
            so_far.pieces.append(text)
            return TextEvent(text, _upto=(so_far, 1)), ended
        case ThinkingBlock(thinking=thinking) if thinking:
            so_far.pieces.append(thinking)
            return ThinkingEvent(thinking, _upto=(so_far, 1)), ended
        case _:
            return (ended,)
