"""One piece of a streamed chat completion, in OpenAI's shape.

Backends differ in what they put into a chunk: nulls everywhere, empty strings and lists, or only what changed. The
chunk with the usage may have `choices` that are empty, null or missing. Write `if chunk.choices:` rather than checking
whether the field exists.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, ConfigDict, Field

from .annotations import Beside, IfLenient, NullAs, NullAsEmpty, as_count, as_text, nothing
from .chat import ChoiceLogprobs, FinishReason, Usage, arguments_text
from .odd_message import in_openai_form, reasoning_of
from .reply import Lenient

RawUsage: TypeAlias = dict[str, object]
"""A usage as it was sent."""


class ChoiceDeltaToolCallFunction(Lenient):
    """A piece of a function call. The name comes once, the arguments in fragments."""

    name: str | None = None
    arguments: Annotated[str, BeforeValidator(arguments_text)] = ""


class ChoiceDeltaToolCall(Lenient):
    """A piece of a tool call. Pieces of one call share the index. The first ID counts, even if later ones differ."""

    index: Annotated[int | None, Beside(nothing, as_count)] = None
    id: Annotated[str | None, Beside(nothing, as_text)] = None
    type: Annotated[str | None, Beside(nothing, as_text)] = None
    function: ChoiceDeltaToolCallFunction | None = None


class ChoiceDelta(Lenient):
    """What a chunk adds to the message."""

    role: Annotated[str | None, Beside(nothing, as_text)] = None
    content: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    tool_calls: Annotated[list[ChoiceDeltaToolCall], NullAsEmpty()] = Field(default_factory=list)

    @property
    def reasoning(self) -> str | None:
        """The model's reasoning, whichever name the backend gives it."""
        return self.reasoning_content or reasoning_of(self.model_extra) or self.reasoning_content


class ChunkChoice(Lenient):
    """What a chunk adds to one choice."""

    index: Annotated[int, Beside(int, as_count)] = 0
    delta: Annotated[ChoiceDelta, IfLenient(in_openai_form), NullAs(ChoiceDelta, rare=True)] = Field(
        default_factory=ChoiceDelta
    )
    finish_reason: Annotated[FinishReason | None, Beside(nothing, as_text)] = None
    stop_reason: Annotated[int | str | None, Beside(nothing)] = None
    logprobs: Annotated[ChoiceLogprobs | None, Beside(nothing)] = None


class ChatCompletionChunk(Lenient):
    """One chunk of a stream. `usage` is cumulative: only the last one counts, so never add them up.

    Baseten sends usage with every chunk, but few programs look at more than the last one. A chunk therefore keeps it as
    a plain dict, and `usage` reads that when you ask for it.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    id: Annotated[str, Beside(str, as_text)] = ""
    choices: Annotated[list[ChunkChoice], NullAs(list, rare=True)] = Field(default_factory=list)
    created: Annotated[int, Beside(int, as_count)] = 0
    model: Annotated[str, Beside(str, as_text)] = ""
    object: Annotated[str, Beside(lambda: "chat.completion.chunk", as_text)] = "chat.completion.chunk"
    raw_usage: Annotated[RawUsage | None, Beside(nothing)] = Field(default=None, alias="usage")
    service_tier: Annotated[str | None, Beside(nothing, as_text)] = None
    system_fingerprint: Annotated[str | None, Beside(nothing, as_text)] = None

    @property
    def usage(self) -> Usage | None:
        """The tokens used so far. None if the chunk does not say."""
        return None if self.raw_usage is None else Usage.read(self.raw_usage)

    @property
    def text(self) -> str:
        """The text that this chunk adds to the first choice. "" if it adds none."""
        return "".join([choice.delta.content or "" for choice in self.choices if choice.index == 0])
