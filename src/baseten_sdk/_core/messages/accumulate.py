"""Adds up the events of a stream to the message that they make.

Theory of operation. Parts are kept as lists of pieces and joined when a message is needed, so the cost is linear in the
number of events. The differences between servers are handled here:

- A delta whose block was never opened opens it. The kind of the delta decides the type of the block.
- A block may be announced as ended before its last piece has arrived, so its end closes nothing.
- Usage comes at the start, at the end, or in parts at both (`merged_usage`).
- Unknown fields of deltas are merged (`Unknown`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from pydantic import TypeAdapter

from ...types.message_events import (
    BlockDelta,
    ContentBlockDeltaEvent,
    ContentBlockStartEvent,
    MessageDeltaEvent,
    MessageStartEvent,
    RawMessageStreamEvent,
    SoFar,
    partial_input,
)
from ...types.messages import ContentBlock, Message, MessageUsage, ToolUseBlock, new_tool_use_id
from ...types.reply import LENIENT, attach_note
from ..chat.unknown import Unknown
from ..stream.arguments import HeldArguments, first_object

Fields = dict[str, object]

KINDS = {
    "text_delta": "text",
    "thinking_delta": "thinking",
    "signature_delta": "thinking",
    "input_json_delta": "tool_use",
}
"""The type of the block that a delta opens. Any other delta opens a text block."""

INPUT_SIDE = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")


class BlockParts:
    """The pieces of one block.

    Attributes:
        arguments: The arguments of a call.
        text: The pieces of text, thinking or arguments.
    """

    __slots__ = ("_citations", "_extras", "_signature", "_start", "arguments", "text")

    def __init__(self, start: Fields) -> None:
        self._start = start
        self.text = SoFar()
        self.arguments = HeldArguments()
        self._signature: list[str] = []
        self._citations: list[object] = []
        self._extras = Unknown()
        if start.get("type") == "tool_use" and not start.get("id"):
            start["id"] = new_tool_use_id()

    @property
    def is_call(self) -> bool:
        """Whether the block is a tool call."""
        return self._start.get("type") == "tool_use"

    @property
    def tool_name(self) -> str | None:
        """The tool that the block calls; None if it calls none."""
        return str(self._start.get("name")) if self.is_call else None

    def add(self, delta: BlockDelta) -> None:
        """Add a delta."""
        if delta.text or delta.thinking:
            self.text.pieces.append(delta.text or delta.thinking)
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
        said = self.text.text
        kind = block.get("type")
        if said and not self.is_call:
            name = "thinking" if kind == "thinking" else "text"
            block[name] = f"{self._start.get(name) or ''}{said}"
        if self._signature:
            block["signature"] = "".join(self._signature)
        if self._citations:
            block["citations"] = [*(_list(self._start.get("citations"))), *self._citations]
        if self.is_call and self.arguments.text:
            block["input"] = _input(self.arguments.text)
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
        blocks: The blocks so far, by index.
        stop_reason: Why the message ended, once known.
    """

    __slots__ = ("_end", "_head", "_message", "_usage", "blocks", "stop_reason")

    def __init__(self) -> None:
        self.blocks: dict[int, BlockParts] = {}
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
                self.block(event).add(event.delta)
            case ContentBlockStartEvent(content_block=block):
                start: Fields = block.model_dump(exclude_unset=True)
                self.blocks[event.index] = BlockParts({**start, "type": block.type})
            case MessageStartEvent(message=message):
                self._head = message.model_dump(exclude_unset=True, exclude={"usage", "content"})
                self._add_usage(message.usage)
            case MessageDeltaEvent():
                self._add_end(event)
            case _:
                pass

    def block(self, event: ContentBlockDeltaEvent) -> BlockParts:
        """Return the block of a delta. A new index begins a new block."""
        parts = self.blocks.get(event.index)
        if parts is None:
            parts = self.blocks[event.index] = BlockParts({"type": KINDS.get(event.delta.type, "text")})
        return parts

    def _add_end(self, event: MessageDeltaEvent) -> None:
        self._end |= event.delta.model_dump(exclude_unset=True, exclude_none=True)
        self.stop_reason = event.delta.stop_reason or self.stop_reason
        self._add_usage(event.usage)

    def _add_usage(self, usage: MessageUsage) -> None:
        self._usage = merged_usage(self._usage, usage.model_dump(exclude_unset=True))

    def message(self) -> Message | None:
        """Return what has arrived as a message, or None if nothing has. At most one is made per event."""
        if self._message is None and (self._head is not None or self.blocks):
            content = [self.blocks[index].block() for index in sorted(self.blocks)]
            fields = {**(self._head or {}), **self._end, "content": content, "usage": self._usage}
            self._message = Message.__pydantic_validator__.validate_python(fields, context=LENIENT)
        return self._message


def merged_usage(before: Mapping[str, object], later: Mapping[str, object]) -> Mapping[str, object]:
    """Merge two reports of the usage of one message. The later one counts.

    Its fields of the input explain each other, so they count together, and only if they say anything: some servers
    report the input at the start and never again, others begin with zeros.
    """
    told = {name: value for name, value in later.items() if value is not None}
    kept = dict(before)
    if any(told.get(name) not in (None, 0, "0") for name in INPUT_SIDE):
        kept = {name: value for name, value in kept.items() if name not in INPUT_SIDE}
    else:
        told = {name: value for name, value in told.items() if name not in INPUT_SIDE or name not in kept}
    return {**kept, **told}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
