"""The content blocks of a message, in Anthropic's form. Fields and blocks that this package does not know are kept."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag
from pydantic_core import from_json, to_json

from .annotations import Beside, NullAs, as_text, nothing
from .reply import Details, Lenient, OpenPart, note_of
from .tool_calls import RAW, as_object


class TextBlock(Lenient):
    """Text of the answer."""

    type: Annotated[Literal["text"], Beside(lambda: "text")] = "text"
    text: Annotated[str, NullAs(str)] = ""
    citations: Annotated[list[Details] | None, Beside(nothing)] = None


class ThinkingBlock(Lenient):
    """The model's thinking. Send it back unchanged, with its signature."""

    type: Annotated[Literal["thinking"], Beside(lambda: "thinking")] = "thinking"
    thinking: Annotated[str, NullAs(str)] = ""
    signature: Annotated[str, Beside(str, as_text, null_at_once=True)] = ""


class RedactedThinkingBlock(Lenient):
    """The model's thinking, encrypted."""

    type: Annotated[Literal["redacted_thinking"], Beside(lambda: "redacted_thinking")] = "redacted_thinking"
    data: Annotated[str, NullAs(str)] = ""


def new_tool_use_id() -> str:
    """Make an ID for a call that has none. The result of a call must name an ID."""
    return f"toolu_{token_hex(12)}"


def _or_new(sent: str) -> str:
    return sent or new_tool_use_id()


def _as_input(value: object) -> object:
    """Read the input: an object, or JSON text from some servers, or null if there is none.

    What is not a JSON object is kept as its text, in an object: a call must not run with less than the model wrote.
    """
    if value is None or value == []:
        return {}
    if isinstance(value, dict):
        return value
    read: object = from_json(as_object(value)) if isinstance(value, str) else {RAW: to_json(value).decode()}
    return read


class ToolUseBlock(Lenient):
    """A tool call. A call without an ID gets one, so that its result can name it.

    Attributes:
        input: The arguments, as far as they could be read: those of a message that `max_tokens` cut may be incomplete.
            Text that is not a JSON object is under `raw_arguments`.
    """

    type: Annotated[Literal["tool_use"], Beside(lambda: "tool_use")] = "tool_use"
    id: Annotated[str, Beside(str, as_text, null_at_once=True), AfterValidator(_or_new)] = Field(
        default_factory=new_tool_use_id
    )
    name: Annotated[str, NullAs(str)] = ""
    input: Annotated[dict[str, object], BeforeValidator(_as_input)] = Field(default_factory=dict)

    @property
    def arguments(self) -> str:
        """The arguments as JSON text. In a stream, this is the text that the model wrote."""
        written = note_of(self, "arguments")
        if not isinstance(written, str) and self.input.keys() == {RAW}:
            written = self.input[RAW]
        return written if isinstance(written, str) else to_json(self.input).decode()


class ToolResultBlock(Lenient):
    """The result of a tool that the service ran itself."""

    type: Annotated[Literal["tool_result"], Beside(lambda: "tool_result")] = "tool_result"
    tool_use_id: Annotated[str, NullAs(str)] = ""
    content: Annotated[str | list[dict[str, object]] | None, Beside(nothing, as_text)] = None
    is_error: Annotated[bool | None, Beside(nothing)] = None


class OtherBlock(OpenPart):
    """A block of an unknown type. Its fields are attributes.

    Its `type` is the one that was sent. Type checkers see "other", so that comparing the type of a block narrows it.
    """

    if TYPE_CHECKING:
        type: Literal["other"] = "other"
    else:
        type: Annotated[str, Beside(str, as_text)] = ""


_KNOWN = ("text", "thinking", "redacted_thinking", "tool_use", "tool_result")


_KIND_BY_FIELD = {"text": "text", "thinking": "thinking", "input": "tool_use"}
"""Fields that reveal the type of a block without one."""


def _kind(block: object) -> str:
    if isinstance(block, dict):
        kind = block.get("type")
        if not kind or not isinstance(kind, str):
            kind = next((_KIND_BY_FIELD[name] for name in _KIND_BY_FIELD if name in block), None)
    else:
        kind = getattr(block, "type", None)
    return kind if kind in _KNOWN else "other"


ContentBlock: TypeAlias = Annotated[
    Annotated[TextBlock, Tag("text")]
    | Annotated[ThinkingBlock, Tag("thinking")]
    | Annotated[RedactedThinkingBlock, Tag("redacted_thinking")]
    | Annotated[ToolUseBlock, Tag("tool_use")]
    | Annotated[ToolResultBlock, Tag("tool_result")]
    | Annotated[OtherBlock, Tag("other")],
    Discriminator(_kind),
]
"""One block of a message; `type` says which."""


def block_param(block: ContentBlock) -> dict[str, object]:
    """Return a block as a plain dict: the received fields, and always its type, ID and name."""
    fields = block.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    needed: dict[str, object] = {"type": block.type}
    match block:
        case TextBlock():
            needed["text"] = block.text
        case ThinkingBlock():
            needed["thinking"] = block.thinking
        case ToolUseBlock():
            needed |= {"id": block.id, "name": block.name, "input": block.input}
        case _:
            pass
    return {**needed, **fields, **{name: needed[name] for name in ("id",) if name in needed}}
