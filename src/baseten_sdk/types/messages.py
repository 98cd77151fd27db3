"""The reply of `messages.create`: a message of content blocks, in Anthropic's form.

Fields and blocks that this package does not know are kept. Nearly everything has a default; only `content` must be
there.
"""

from __future__ import annotations

from collections.abc import Mapping
from secrets import token_hex
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag
from pydantic_core import from_json, to_json

from .reply import LARGEST, Beside, Details, IfOdd, Lenient, NullAs, Reply, as_count, as_text, note_of, nothing
from .tool_calls import RAW, as_object
from .usage import Count, Usage

StopReason: TypeAlias = Literal["end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal"] | str
"""Why a message ended; an open set."""


class MessageUsage(Lenient):
    """Tokens that the call used.

    The fields hold the numbers as they were sent, and servers mean different things by them: at Anthropic
    `input_tokens` leaves out the tokens from the cache, at Baseten it includes them. The properties mean the same
    everywhere, and the same as those of a chat's `Usage`.
    """

    input_tokens: Count = 0
    output_tokens: Count = 0
    cache_creation_input_tokens: Annotated[int | None, Field(le=LARGEST), Beside(nothing, as_count)] = None
    cache_read_input_tokens: Annotated[int | None, Field(le=LARGEST), Beside(nothing, as_count)] = None
    output_tokens_details: Annotated[Details | None, Beside(nothing)] = None
    cache_creation: Annotated[Details | None, Beside(nothing)] = None
    server_tool_use: Annotated[Details | None, Beside(nothing)] = None
    service_tier: Annotated[str | None, Beside(nothing, as_text)] = None

    @property
    def prompt_tokens(self) -> int:
        """All tokens of the input, including those from the cache."""
        read, created = self.cached_tokens, self.cache_creation_input_tokens
        # A server that reports tokens written to the cache counts as Anthropic does. Others do if the sum is off.
        if created is None and read <= self.input_tokens:
            return self.input_tokens
        return self.input_tokens + read + max(created or 0, 0)

    @property
    def cached_tokens(self) -> int:
        """Input tokens that came from the prefix cache; 0 if the backend does not say."""
        return max(self.cache_read_input_tokens or 0, 0)

    @property
    def cache_hit_rate(self) -> float | None:
        """The share of the input's tokens that came from the prefix cache; None if the backend does not say."""
        if self.cache_read_input_tokens is None or not self.prompt_tokens:
            return None
        return self.cached_tokens / self.prompt_tokens

    @property
    def uncached_tokens(self) -> int:
        """Input tokens that did not come from the cache."""
        return self.prompt_tokens - self.cached_tokens

    @property
    def completion_tokens(self) -> int:
        """All tokens of the answer, including thinking."""
        return self.output_tokens

    @property
    def reasoning_tokens(self) -> int:
        """Tokens spent on thinking; 0 if the backend does not say."""
        details = self.output_tokens_details
        counts: Mapping[str, object] = details.model_extra or {} if details is not None else {}
        count = counts.get("thinking_tokens", counts.get("reasoning_tokens"))
        return count if isinstance(count, int) else as_count(count) or 0

    @property
    def total_tokens(self) -> int:
        """Input and answer together."""
        return self.prompt_tokens + self.completion_tokens

    def as_usage(self) -> Usage:
        """Convert to the usage of a chat."""
        return Usage.of(self)


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


class OtherBlock(Lenient):
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


def _as_blocks(value: object) -> object:
    """Read the content: a list of blocks, or from some servers one block or text. Its items may be text or null too."""
    if value is None:
        return []
    if isinstance(value, str | dict):
        value = [value]
    if isinstance(value, list) and any(each is None or isinstance(each, str) for each in value):
        return [{"type": "text", "text": each} if isinstance(each, str) else each for each in value if each is not None]
    return value


class Message(Reply):
    """The reply of `messages.create`. You can add it to the `messages` of the next call."""

    id: Annotated[str, Beside(str, as_text, null_at_once=True)] = ""
    type: Annotated[str, Beside(lambda: "message", as_text, null_at_once=True)] = "message"
    role: Annotated[str, Beside(lambda: "assistant", as_text, null_at_once=True)] = "assistant"
    model: Annotated[str, Beside(str, as_text, null_at_once=True)] = ""
    content: Annotated[list[ContentBlock], IfOdd(_as_blocks)]
    stop_reason: Annotated[StopReason | None, Beside(nothing, as_text)] = None
    stop_sequence: Annotated[str | None, Beside(nothing, as_text)] = None
    stop_details: Annotated[Details | None, Beside(nothing)] = None
    container: Annotated[Details | None, Beside(nothing)] = None
    usage: Annotated[MessageUsage, Beside(MessageUsage, null_at_once=True)] = Field(default_factory=MessageUsage)

    @property
    def text(self) -> str:
        """The text of all text blocks; "" if there are none."""
        return "".join(block.text for block in self.content if isinstance(block, TextBlock))

    @property
    def thinking(self) -> str:
        """The model's thinking; "" if the server does not send it."""
        return "".join(block.thinking for block in self.content if isinstance(block, ThinkingBlock))

    @property
    def tool_uses(self) -> list[ToolUseBlock]:
        """The tool calls."""
        return [block for block in self.content if isinstance(block, ToolUseBlock)]

    @property
    def parsed_output(self) -> object:
        """The object that `parse` or `stream` made from the answer, if any. `ParsedMessage.parsed` is typed."""
        return note_of(self, "parsed")

    def to_param(self) -> dict[str, object]:
        """Return a plain dict for the `messages` of the next call. Empty text is left out."""
        blocks = [block for block in self.content if not isinstance(block, TextBlock) or block.text]
        return {"role": self.role, "content": [block_param(block) for block in blocks]}


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


class MessageTokensCount(Lenient):
    """How many tokens a request has.

    Attributes:
        input_tokens: The number.
        estimated: Whether it is an estimate. It always is: Baseten's service does not count.
    """

    input_tokens: int
    estimated: bool = True
