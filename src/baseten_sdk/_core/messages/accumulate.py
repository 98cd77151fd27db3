"""Adds up the events of a stream to the message that they make.

Theory of operation. Parts are kept as lists of pieces and joined when a message is needed, so the cost is linear in the
number of events. The differences between servers are handled here:

- A delta whose block was never opened opens it. The kind of the delta decides the type of the block. Thinking in the
  middle of a text, and text in the middle of a call, also open a block.
- A block may be announced as ended before its last piece has arrived, so its end closes nothing.
- A block that is opened twice is one block. Different blocks may share an index, or have none. Each one after the first
  then gets a number of its own.
- A call that is sent twice, with the same ID and arguments, is one call.
- Usage comes at the start, at the end, or in parts at both (`merged_usage`).
- Unknown fields of deltas are merged (`Unknown`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache

from pydantic import TypeAdapter

from ...types.message_events import (
    BlockDelta,
    ContentBlockDeltaEvent,
    ContentBlockStartEvent,
    MessageDeltaEvent,
    MessageStartEvent,
    RawContentBlockStopEvent,
    RawMessageStreamEvent,
    SoFar,
    partial_input,
)
from ...types.messages import ContentBlock, Message, MessageUsage, ToolUseBlock, new_tool_use_id
from ...types.reply import LENIENT, attach_note
from ..chat.unknown import Unknown
from ..stream.arguments import HeldArguments, first_object
from .same_call import CallKey, call_key

Fields = dict[str, object]

KINDS = {
    "text_delta": "text",
    "thinking_delta": "thinking",
    "signature_delta": "thinking",
    "input_json_delta": "tool_use",
}
"""The type of the block that a delta opens. Any other delta opens a text block."""

TEXTS = frozenset({"text", "thinking"})
"""Types of blocks whose text has the same name as the type."""

INPUT_SIDE = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")


class BlockParts:
    """The pieces of one block.

    Attributes:
        kind: The type of the block.
        arguments: The arguments of a call.
        text: The pieces of text, thinking or arguments.
        opening: The text with which the block began, until `MessageEvents` takes it. It is also the first piece.
        ended: Whether the server announced the end of the block.
    """

    __slots__ = ("_citations", "_extras", "_signature", "_start", "arguments", "ended", "kind", "opening", "text")

    def __init__(self, start: Fields) -> None:
        self._start = start
        self.kind = str(start.get("type"))
        self.ended = False
        self.text = SoFar()
        self.opening = ""
        self._open(start)
        self.arguments = HeldArguments()
        self._signature: list[str] = []
        self._citations: list[object] = []
        self._extras = Unknown()
        if start.get("type") == "tool_use" and not start.get("id"):
            start["id"] = new_tool_use_id()

    def _open(self, start: Fields) -> None:
        """Take the text with which a block begins as its first piece. It is usually empty."""
        opening = start.get(self.kind) if self.kind in TEXTS else None
        if isinstance(opening, str) and opening and not self.text.pieces:
            self.opening = opening
            self.text.pieces.append(opening)

    @property
    def is_call(self) -> bool:
        """Whether the block is a tool call."""
        return self.kind == "tool_use"

    @property
    def empty(self) -> bool:
        """Whether nothing of the block has arrived yet."""
        begun = self.text.pieces or self._signature or self.is_call
        return not begun and not any(value for name, value in self._start.items() if name != "type")

    def begins_again(self, start: Fields) -> bool:
        """Whether a block that is opened at the same index is this block again. It then takes what it lacks."""
        if self.ended or start.get("type") != self.kind:
            return False
        if self.is_call and (start.get("id") or None) not in (None, self._start["id"]):
            return False
        self._open(start)
        self._start |= {name: value for name, value in start.items() if value and not self._start.get(name)}
        return True

    def takes(self, delta: BlockDelta) -> bool:
        """Whether a delta fits the type of the block. Any delta fits an unknown type."""
        match self.kind:
            case "text":
                return not (delta.thinking or delta.partial_json)
            case "thinking":
                return not (delta.text or delta.partial_json)
            case "tool_use":
                return not (delta.text or delta.thinking)
            case _:
                return True

    def call_key(self) -> CallKey:
        """Return the key of a call, as far as it has arrived. It is equal if the call was sent twice."""
        block = self.plain()
        return call_key(self.id, str(block.get("name")), block.get("input"))

    @property
    def id(self) -> str:
        """The ID of a call."""
        return str(self._start["id"])

    @property
    def tool_name(self) -> str | None:
        """The tool that the block calls; None if it calls none."""
        return str(self._start.get("name")) if self.is_call else None

    def add(self, delta: BlockDelta) -> None:
        """Add a delta."""
        if piece := delta.text or delta.thinking:
            self.text.pieces.append(piece)
        elif delta.partial_json:
            self.text.pieces.append(delta.partial_json)
            self.arguments.add(delta.partial_json)
        elif delta.signature:
            self._signature.append(delta.signature)
        if delta.__pydantic_extra__:
            extras = dict(delta.__pydantic_extra__)
            citation = extras.pop("citation", None)
            if citation is not None:
                self._citations.append(citation)
            self._extras.add(extras)

    def plain(self) -> Fields:
        """Return the block as a dict."""
        block: Fields = {**self._extras.plain(), **self._start}
        whole = self.text.text
        if self.arguments.text:
            block["input"] = _input(self.arguments.text)
        elif whole:
            block["thinking" if self.kind == "thinking" else "text"] = whole
        if self._signature:
            block["signature"] = "".join(self._signature)
        if self._citations:
            block["citations"] = [*(_list(self._start.get("citations"))), *self._citations]
        return block

    def block(self) -> ContentBlock:
        """Return the block as far as it has arrived."""
        block: ContentBlock = _blocks().validate_python(self.plain(), context=LENIENT)
        if isinstance(block, ToolUseBlock) and self.arguments.text:
            attach_note(block, "arguments", self.arguments.text)
        return block

    @property
    def ready(self) -> bool:
        """Whether the block is complete and not only announced as ended."""
        return not self.is_call or self.arguments.ready or bool(self._start.get("input"))


@cache
def _blocks() -> TypeAdapter[ContentBlock]:
    return TypeAdapter(ContentBlock)


def _input(text: str) -> Fields:
    """Read arguments as far as possible."""
    whole = first_object(text)
    return partial_input(text) if whole is None else whole


class MessageAccumulator:
    """Adds up the events of one stream.

    Attributes:
        blocks: The blocks so far, by number. The number is the index, if no other block has it.
        stop_reason: Why the message ended, once known.
    """

    __slots__ = ("_end", "_head", "_message", "_numbers", "_usage", "blocks", "stop_reason")

    def __init__(self) -> None:
        self.blocks: dict[int, BlockParts] = {}
        self._numbers: dict[int, int] = {}
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
        parts = None if number is None else self.blocks[number]
        if number is None or parts is None or not parts.takes(delta):
            number, parts = self._put(index, number, BlockParts({"type": KINDS.get(delta.type, "text")}))
        parts.add(delta)
        return number, parts

    def number(self, index: int) -> int | None:
        """Return the number of the block that has this index now, or None."""
        return self._numbers.get(index)

    def _begin(self, index: int, start: Fields) -> None:
        number = self._numbers.get(index)
        if number is not None and self.blocks[number].begins_again(start):
            return
        self._put(index, number, BlockParts(start))

    def _put(self, index: int, before: int | None, parts: BlockParts) -> tuple[int, BlockParts]:
        """Add a block. It takes the place of an empty block at the same index. Return its number, and the block."""
        if before is None or not self.blocks[before].empty:
            before = max(self.blocks) + 1 if index in self.blocks else index
        self._numbers[index] = before
        self.blocks[before] = parts
        return before, parts

    def _distinct(self) -> Iterator[BlockParts]:
        """Yield the blocks in order, without calls that repeat an earlier one."""
        ids = Counter(parts.id for parts in self.blocks.values() if parts.is_call)
        seen = set[CallKey]()
        for number in sorted(self.blocks):
            parts = self.blocks[number]
            if parts.is_call and ids[parts.id] > 1:
                key = parts.call_key()
                if key in seen:
                    continue
                seen.add(key)
            yield parts

    def _add_end(self, event: MessageDeltaEvent) -> None:
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

    Its fields of the input explain each other, so they count together, and only if they say anything: some servers
    report the input at the start and never again, others begin with zeros.
    """
    known = {name: value for name, value in later.items() if value is not None}
    kept = dict(before)
    if any(known.get(name) not in (None, 0, "0") for name in INPUT_SIDE):
        kept = {name: value for name, value in kept.items() if name not in INPUT_SIDE}
    else:
        known = {name: value for name, value in known.items() if name not in INPUT_SIDE or name not in kept}
    return {**kept, **known}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
