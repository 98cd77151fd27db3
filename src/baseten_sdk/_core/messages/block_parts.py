"""The pieces of one block of a message, and the block that they make."""

from __future__ import annotations

from functools import cache

from pydantic import TypeAdapter

from ...types.annotations import LENIENT
from ...types.message_blocks import ContentBlock, ToolUseBlock, new_tool_use_id
from ...types.message_events import BlockDelta, SoFar, partial_input
from ...types.reply import attach_note
from ..stream.arguments import HeldArguments, first_object
from ..stream.same_call import SeenCalls
from ..stream.unknown_fields import UnknownFields

Fields = dict[str, object]

TEXTS = frozenset({"text", "thinking"})
"""Types of blocks whose text has the same name as the type."""

IDENTITY = frozenset({"id", "name", "input", "signature", "type"})
"""Fields of the beginning that no delta adds to."""


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
        self._extras = UnknownFields()
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
        begun = self.text.pieces or self._signature or self.is_call or self._extras.plain()
        return not begun and not any(value for name, value in self._start.items() if name != "type")

    def begins_again(self, start: Fields) -> bool:
        """Whether a block that is opened at the same index is this block again. It then takes what it lacks."""
        if self.ended or start.get("type") != self.kind:
            return False
        named = bool(self._start.get("name"))
        if self.is_call and named and (start.get("id") or None) not in (None, self._start["id"]):
            return False
        self._open(start)
        lacking = (name for name, value in start.items() if value and not (named and self._start.get(name)))
        self._start |= {name: start[name] for name in lacking}
        return True

    def takes(self, delta: BlockDelta) -> bool:
        """Whether a delta fits the type of the block. Any delta fits an unknown type, and none a missing one."""
        match self.kind:
            case "text":
                return not (delta.thinking or delta.partial_json)
            case "thinking":
                return not (delta.text or delta.partial_json)
            case "tool_use":
                return not (delta.text or delta.thinking)
            case "":
                return False
            case _:
                return True

    def repeated(self, calls: SeenCalls) -> bool:
        """Whether a call came before, as far as it has arrived. Note it."""
        block = self.plain()
        return calls.repeated((self.id,), str(block.get("name")), block.get("input"))

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
            begun = extras.keys() & self._start.keys() - IDENTITY
            self._extras.add({name: self._start.pop(name) for name in begun})
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
            begun = self._start.get("citations")
            block["citations"] = [*(begun if isinstance(begun, list) else ()), *self._citations]
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
