"""The events of a stream of messages, by Anthropic's names.

`messages.create(stream=True)` yields the events as they are sent. `messages.stream()` yields them too, and after each
delta an event for what it adds: text, thinking, or arguments. There, the event that ends a block holds the block, and
the last event holds the message.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, TypeAlias

from pydantic import BeforeValidator, Field
from pydantic_core import from_json

from .._characters import whole_escapes
from .annotations import Beside, NullAs, as_count, as_text, nothing
from .chat import arguments_text
from .message_blocks import ContentBlock, TextBlock
from .messages import Message, MessageUsage, StopReason
from .reply import Details, Lenient, OpenPart


class BlockDelta(OpenPart):
    """More of a block. `type` is `text_delta`, `thinking_delta`, `signature_delta` or `input_json_delta`.

    A delta whose type is `citations_delta` also has `citation`.
    """

    type: Annotated[str, Beside(str, as_text)] = ""
    text: Annotated[str, Beside(str, as_text)] = ""
    thinking: Annotated[str, Beside(str, as_text)] = ""
    signature: Annotated[str, Beside(str, as_text)] = ""
    partial_json: Annotated[str, Beside(str, arguments_text)] = ""

    if TYPE_CHECKING:

        @property
        def citation(self) -> Details: ...


class ContentBlockDeltaEvent(Lenient):
    """More of the block at this index."""

    type: Literal["content_block_delta"] = "content_block_delta"
    index: Annotated[int, Beside(int, as_count)] = 0
    delta: Annotated[BlockDelta, NullAs(BlockDelta, rare=True)] = Field(default_factory=BlockDelta)


class ContentBlockStartEvent(Lenient):
    """A block begins. Its text and its input are usually empty."""

    type: Literal["content_block_start"] = "content_block_start"
    index: Annotated[int, Beside(int, as_count)] = 0
    content_block: Annotated[ContentBlock, NullAs(TextBlock, rare=True)] = Field(default_factory=TextBlock)


class RawContentBlockStopEvent(Lenient):
    """A block has ended."""

    type: Literal["content_block_stop"] = "content_block_stop"
    index: Annotated[int, Beside(int, as_count)] = 0


def _begun(value: object) -> object:
    """Read the message of the first event. It may be null or have no content."""
    if value is None or value == []:
        return {"content": []}
    return {"content": [], **value} if isinstance(value, dict) else value


class MessageStartEvent(Lenient):
    """The message begins. It has no content yet, and its usage is not final."""

    type: Literal["message_start"] = "message_start"
    message: Annotated[Message, BeforeValidator(_begun)] = Field(default_factory=lambda: Message(content=[]))


class MessageChange(Lenient):
    """Why the message ends."""

    stop_reason: Annotated[StopReason | None, Beside(nothing, as_text)] = None
    stop_sequence: Annotated[str | None, Beside(nothing, as_text)] = None


class MessageDeltaEvent(Lenient):
    """The message is about to end. Says why, and which tokens it used."""

    type: Literal["message_delta"] = "message_delta"
    delta: Annotated[MessageChange, NullAs(MessageChange, rare=True)] = Field(default_factory=MessageChange)
    usage: Annotated[MessageUsage, Beside(MessageUsage, null_at_once=True)] = Field(default_factory=MessageUsage)


class RawMessageStopEvent(Lenient):
    """The message is complete."""

    type: Literal["message_stop"] = "message_stop"


class OtherEvent(OpenPart):
    """An event of an unknown type. Its fields are attributes.

    Its `type` is the one that was sent. Type checkers see "other", so that comparing the type of an event narrows it.
    """

    if TYPE_CHECKING:
        type: Literal["other"] = "other"
    else:
        type: Annotated[str, Beside(str, as_text)] = ""


RawMessageStreamEvent: TypeAlias = (
    ContentBlockDeltaEvent
    | ContentBlockStartEvent
    | RawContentBlockStopEvent
    | MessageStartEvent
    | MessageDeltaEvent
    | RawMessageStopEvent
    | OtherEvent
)
"""An event of `messages.create(stream=True)`."""


class SoFar:
    """The pieces of one text. They are joined only when the text is read."""

    __slots__ = ("_count", "_text", "pieces")

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._count = 0
        self._text = ""

    def upto(self, count: int) -> str:
        """Join the first `count` pieces. Asking in order takes linear time in total."""
        if count < self._count:
            return "".join(self.pieces[:count])
        self._text += "".join(self.pieces[self._count : count])
        self._count = count
        return self._text

    @property
    def text(self) -> str:
        """The whole text."""
        return self.upto(len(self.pieces))


@dataclass(frozen=True, slots=True)
class _Piece:
    """An event that knows its position: how many pieces of a text. Its snapshot costs nothing until it is read."""

    _upto: tuple[SoFar, int] = field(default=(SoFar(), 0), repr=False, compare=False, kw_only=True)

    def _joined(self) -> str:
        so_far, count = self._upto
        return so_far.upto(count)


@dataclass(frozen=True, slots=True)
class TextEvent(_Piece):
    """More of the answer."""

    text: str
    type: ClassVar[Literal["text"]] = "text"

    @property
    def snapshot(self) -> str:
        """The text of the block so far."""
        return self._joined()


@dataclass(frozen=True, slots=True)
class ThinkingEvent(_Piece):
    """More of the model's thinking."""

    thinking: str
    type: ClassVar[Literal["thinking"]] = "thinking"

    @property
    def snapshot(self) -> str:
        """The thinking of the block so far."""
        return self._joined()


@dataclass(frozen=True, slots=True)
class InputJsonEvent(_Piece):
    """More of the arguments of a call."""

    partial_json: str
    type: ClassVar[Literal["input_json"]] = "input_json"

    @property
    def snapshot(self) -> object:
        """The part of the arguments so far that can be read."""
        return partial_input(self._joined())


def partial_input(text: str) -> dict[str, object]:
    """Read the object that a text begins with, even if it is unfinished."""
    value: object = None
    # A half that ends the text may be waiting for its other half, so it is not lost yet.
    for each in dict.fromkeys((text, whole_escapes(text))) if text.strip() else ():
        with suppress(ValueError):
            value = from_json(each, allow_partial=True)
            break
    return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True)
class SignatureEvent:
    """The signature of the model's thinking."""

    signature: str
    type: ClassVar[Literal["signature"]] = "signature"


@dataclass(frozen=True, slots=True)
class ContentBlockStopEvent:
    """A block is complete. For a tool call, this comes once the arguments are complete, even if the server is early."""

    content_block: ContentBlock
    index: int
    type: ClassVar[Literal["content_block_stop"]] = "content_block_stop"


@dataclass(frozen=True, slots=True)
class MessageStopEvent:
    """The message is complete."""

    message: Message
    type: ClassVar[Literal["message_stop"]] = "message_stop"


MessageStreamEvent: TypeAlias = (
    TextEvent
    | ThinkingEvent
    | SignatureEvent
    | InputJsonEvent
    | MessageStartEvent
    | MessageDeltaEvent
    | MessageStopEvent
    | ContentBlockStartEvent
    | ContentBlockDeltaEvent
    | ContentBlockStopEvent
    | OtherEvent
)
"""An event of `messages.stream()`."""
