"""The reply of `messages.create`: a message of content blocks, in Anthropic's form.

Fields and blocks that this package does not know are kept. Nearly everything has a default; only `content` must be
there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from .annotations import LARGEST, Beside, IfOdd, as_count, as_text, nothing
from .message_blocks import ContentBlock, TextBlock, ThinkingBlock, ToolUseBlock, block_param
from .reply import Details, Lenient, Reply, note_of
from .usage import Count, Usage

StopReason: TypeAlias = Literal["end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal"] | str
"""Why a message ended; an open set."""


class MessageUsage(Lenient):
    """Tokens that the call used.

    The fields hold the numbers as they were sent. Servers mean different things by them: Anthropic's `input_tokens`
    leaves out the tokens from the cache, Baseten's includes them. The properties mean the same everywhere, and the same
    as those of a chat's `Usage`.
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
        return "".join([block.text for block in self.content if isinstance(block, TextBlock)])

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


class MessageTokensCount(Lenient):
    """How many tokens a request has.

    Attributes:
        input_tokens: The number.
        estimated: Whether it is an estimate. It always is: Baseten's service does not count.
    """

    input_tokens: int
    estimated: bool = True
