"""One piece of a streamed chat completion, in OpenAI's shape.

Backends differ in what they put into a chunk: nulls everywhere, empty strings and lists in every chunk, or only what
changed; `choices` may be empty, null or missing on the chunk that carries the usage. Test for truth, never for
presence.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, ConfigDict, Field

from .chat import ChoiceLogprobs, FinishReason, Usage, as_text
from .reply import Lenient, NullAs, NullAsEmpty

__all__ = ["ChatCompletionChunk", "ChoiceDelta", "ChoiceDeltaToolCall", "ChoiceDeltaToolCallFunction", "ChunkChoice"]


RawUsage: TypeAlias = dict[str, object]
"""A usage as it was sent."""


class ChoiceDeltaToolCallFunction(Lenient):
    """A piece of a function call: the name comes once, the arguments in fragments."""

    name: str | None = None
    arguments: Annotated[str, BeforeValidator(as_text)] = ""


class ChoiceDeltaToolCall(Lenient):
    """A piece of a tool call. Pieces of one call share the index; the id may change from piece to piece on some
    backends, and the first one counts."""

    index: int | None = None
    id: str | None = None
    type: str | None = None
    function: ChoiceDeltaToolCallFunction | None = None


class ChoiceDelta(Lenient):
    """What a chunk adds to the message."""

    role: str | None = None
    content: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    tool_calls: Annotated[list[ChoiceDeltaToolCall], NullAsEmpty()] = Field(default_factory=list)

    @property
    def reasoning(self) -> str | None:
        """What the model thought, under whichever name the backend sent it."""
        if self.reasoning_content:
            return self.reasoning_content
        other = (self.model_extra or {}).get("reasoning")
        return other if isinstance(other, str) else self.reasoning_content


class ChunkChoice(Lenient):
    """What a chunk adds to one choice."""

    index: Annotated[int, NullAs(int, rare=True)] = 0
    delta: Annotated[ChoiceDelta, NullAs(ChoiceDelta, rare=True)] = Field(default_factory=ChoiceDelta)
    finish_reason: FinishReason | None = None
    stop_reason: int | str | None = None
    logprobs: ChoiceLogprobs | None = None


class ChatCompletionChunk(Lenient):
    """One chunk of a stream. `usage` is cumulative: the last one counts, they are never added up.

    Baseten sends usage with every chunk, and few programs look at more than the last one. So it is kept as the plain
    dict that the JSON parser makes, and `usage` reads it.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    id: Annotated[str, NullAs(str, rare=True)] = ""
    choices: Annotated[list[ChunkChoice], NullAs(list, rare=True)] = Field(default_factory=list)
    created: Annotated[int, NullAs(int, rare=True)] = 0
    model: Annotated[str, NullAs(str, rare=True)] = ""
    object: Annotated[str, NullAs(lambda: "chat.completion.chunk", rare=True)] = "chat.completion.chunk"
    raw_usage: RawUsage | None = Field(default=None, alias="usage")
    service_tier: str | None = None
    system_fingerprint: str | None = None

    @property
    def usage(self) -> Usage | None:
        """Tokens used so far; None where the chunk does not say."""
        return None if self.raw_usage is None else Usage.read(self.raw_usage)

    @property
    def text(self) -> str:
        """The text that this chunk adds to the first choice; "" where it adds none."""
        return "".join([choice.delta.content or "" for choice in self.choices if choice.index == 0])
