"""Adds up the events of a stream to the message that they make.

Theory of operation. Parts are kept as lists of pieces and joined when a message is needed, so the cost is linear in the
number of events. The differences between servers are handled here:

- A delta whose block was never opened opens it. The kind of the delta decides the type of the block. Thinking in the
  middle of a text, and text in the middle of a call, also open a block.
- A delta whose index is missing or wrong goes on with the latest block, if that is of its kind and waits for more.
- A block may be announced as ended before its last piece has arrived, so its end closes nothing.
- A block that is opened twice is one block. Different blocks may share an index, or have none. Each one after the first
  then gets a number of its own.
- A call that is sent twice, with the same ID and arguments, is one call.
- Usage comes at the start, at the end, or in parts at both (`merged_usage`).
- Unknown fields of the deltas of a block are merged, also with those of its beginning (`UnknownFields`). Those of the
  event that says why the message ends are fields of the message.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from ...types.annotations import LENIENT
from ...types.message_events import (
    ContentBlockDeltaEvent,
    ContentBlockStartEvent,
    MessageDeltaEvent,
    MessageStartEvent,
    RawContentBlockStopEvent,
    RawMessageStreamEvent,
)
from ...types.messages import Message, MessageUsage
from ..stream.same_call import SeenCalls
from .block_parts import BlockParts, Fields

KINDS = {
    "text_delta": "text",
    "thinking_delta": "thinking",
    "signature_delta": "thinking",
    "input_json_delta": "tool_use",
}
"""The type of the block that a delta opens. Any other delta opens a text block."""

UNKNOWN_COUNTS = (None, 0, "0")

CACHE = ("cache_read_input_tokens", "cache_creation_input_tokens")

INPUT_SIDE = ("input_tokens", *CACHE)


class MessageAccumulator:
    """Adds up the events of one stream.

    Attributes:
        blocks: The blocks so far, by number. The number is the index, if no other block has it.
        stop_reason: Why the message ended, once known.
    """

    __slots__ = ("_end", "_head", "_highest", "_latest", "_message", "_numbers", "_usage", "blocks", "stop_reason")

    def __init__(self) -> None:
        self.blocks: dict[int, BlockParts] = {}
        self._numbers: dict[int, int] = {}
        self._latest = -1
        self._highest = -1
        self.stop_reason: str | None = None
        self._head: Fields | None = None
        self._end: Fields = {}
        self._usage: Mapping[str, object] = {}
        self._message: Message | None = None

    def add(self, event: RawMessageStreamEvent) -> None:
        """Add an event."""
        self._message = None
        match event:
            case ContentBlockDeltaEvent():
                self.add_delta(event)
            case ContentBlockStartEvent(content_block=block):
                self._begin(event.index, {**block.model_dump(exclude_unset=True), "type": block.type})
            case RawContentBlockStopEvent(index=index):
                if index in self._numbers:
                    self.blocks[self._numbers[index]].ended = True
            case MessageStartEvent(message=message):
                self._head = message.model_dump(exclude_unset=True, exclude={"usage"})
                self._add_usage(message.usage)
            case MessageDeltaEvent():
                self._add_end(event)
            case _:
                pass

    def add_delta(self, event: ContentBlockDeltaEvent) -> tuple[int, BlockParts]:
        """Add a delta. Return the number of its block, and the block. It may begin with this delta."""
        self._message = None
        index, delta = event.index, event.delta
        number = self._numbers.get(index)
        if number is None or not self.blocks[number].takes(delta):
            kind = KINDS.get(delta.type, "text")
            number = self._latest if self._goes_on(kind) else self._put(index, number, BlockParts({"type": kind}))
        parts = self.blocks[number]
        parts.add(delta)
        return number, parts

    def _goes_on(self, kind: str) -> bool:
        """Whether the latest block is of this kind, and waits for more."""
        parts = self.blocks.get(self._latest)
        return parts is not None and parts.kind == kind and not (parts.ended or parts.arguments.whole)

    def number(self, index: int) -> int | None:
        """Return the number of the block that has this index now, or None."""
        return self._numbers.get(index)

    def _begin(self, index: int, start: Fields) -> None:
        number = self._numbers.get(index)
        if number is not None and self.blocks[number].begins_again(start):
            return
        self._put(index, number, BlockParts(start))

    def _put(self, index: int, before: int | None, parts: BlockParts) -> int:
        """Add a block. It replaces an empty block at the same index. Return its number."""
        if before is None or not self.blocks[before].empty:
            before = self._highest + 1 if index in self.blocks else index
        self._highest = max(self._highest, before)
        self._numbers[index] = self._latest = before
        self.blocks[before] = parts
        return before

    def _distinct(self) -> Iterator[BlockParts]:
        """Yield the blocks in order, without calls that repeat an earlier one."""
        ids = Counter(parts.id for parts in self.blocks.values() if parts.is_call)
        calls = SeenCalls()
        for number in sorted(self.blocks):
            parts = self.blocks[number]
            if not (parts.is_call and ids[parts.id] > 1 and parts.repeated(calls)):
                yield parts

    def _add_end(self, event: MessageDeltaEvent) -> None:
        unknown = event.model_extra or {}
        self._end |= {name: value for name, value in unknown.items() if name not in Message.model_fields}
        self._end |= event.delta.model_dump(exclude_unset=True, exclude_none=True)
        self.stop_reason = event.delta.stop_reason or self.stop_reason
        self._add_usage(event.usage)

    def _add_usage(self, usage: MessageUsage) -> None:
        self._usage = merged_usage(self._usage, usage.model_dump(exclude_unset=True))

    def message(self) -> Message | None:
        """Return what has arrived as a message, or None if nothing has. At most one is made per event."""
        if self._message is None and (self._head is not None or self.blocks):
            head = self._head or {}
            # Some servers send whole blocks with the beginning of the message, and none later.
            content = [parts.block() for parts in self._distinct()] or head.get("content")
            fields = {**head, **self._end, "content": content, "usage": self._usage}
            self._message = Message.__pydantic_validator__.validate_python(fields, context=LENIENT)
        return self._message


def merged_usage(before: Mapping[str, object], later: Mapping[str, object]) -> Mapping[str, object]:
    """Merge two reports of the usage of one message. The later one counts.

    Its fields of the input explain each other, so they count together. A zero or null says nothing: some servers report
    the input at the start and never again, others begin with zeros, or begin again. Zeros for the cache stay, unless
    the later report has tokens from the cache.
    """
    kept = dict(before)
    if any(later.get(name) not in UNKNOWN_COUNTS for name in INPUT_SIDE):
        cached = any(later.get(name) not in UNKNOWN_COUNTS for name in CACHE)
        kept = {
            name: value
            for name, value in kept.items()
            if name not in INPUT_SIDE or (value in UNKNOWN_COUNTS and not cached)
        }
    known = {name: value for name, value in later.items() if value is not None}
    return kept | {name: value for name, value in known.items() if value not in UNKNOWN_COUNTS or name not in kept}
