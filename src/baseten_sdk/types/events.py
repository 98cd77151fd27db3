"""What happens in a stream of `chat.completions.stream`: frozen values for `match`.

`index` is the choice that an event belongs to; it is 0 unless you ask for several.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Generic, Literal, TypeAlias, TypeVar

from pydantic import BaseModel

from .chat import ChatCompletion, Usage
from .chunks import ChatCompletionChunk
from .tool_calls import ParsedToolCall

__all__ = [
    "ChunkReceived",
    "Finished",
    "PartialObject",
    "ReasoningDelta",
    "RefusalDelta",
    "StreamEvent",
    "TextDelta",
    "ToolCallDelta",
    "ToolCallDone",
    "ToolCallStarted",
    "ToolResult",
    "UsageUpdated",
]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ChunkReceived:
    """A chunk as it came. The events that follow tell what it brought."""

    chunk: ChatCompletionChunk
    type: ClassVar[Literal["chunk"]] = "chunk"


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of the answer."""

    text: str
    index: int = 0
    type: ClassVar[Literal["content.delta"]] = "content.delta"

    @property
    def delta(self) -> str:
        """The text, under the name that it has at OpenAI."""
        return self.text


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """More of what the model thinks."""

    text: str
    index: int = 0
    type: ClassVar[Literal["reasoning.delta"]] = "reasoning.delta"

    @property
    def delta(self) -> str:
        """The text, under the name that it has at OpenAI."""
        return self.text


@dataclass(frozen=True, slots=True)
class RefusalDelta:
    """More of why the model refuses."""

    text: str
    index: int = 0
    type: ClassVar[Literal["refusal.delta"]] = "refusal.delta"

    @property
    def delta(self) -> str:
        """The text, under the name that it has at OpenAI."""
        return self.text


@dataclass(frozen=True, slots=True)
class ToolCallStarted:
    """The model begins to call a tool. `call` numbers the calls of a choice.

    Some backends send the id later, or the name in pieces: `ToolCallDone` has the whole of both.
    """

    call: int
    id: str
    name: str
    index: int = 0
    type: ClassVar[Literal["tool_calls.function.started"]] = "tool_calls.function.started"


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """More of a call's arguments."""

    call: int
    arguments: str
    index: int = 0
    type: ClassVar[Literal["tool_calls.function.arguments.delta"]] = "tool_calls.function.arguments.delta"

    @property
    def arguments_delta(self) -> str:
        """The piece, under the name that it has at OpenAI."""
        return self.arguments


@dataclass(frozen=True, slots=True)
class ToolCallDone:
    """A call is whole; its arguments are validated if its tool was given as a type.

    Attributes:
        call: its number.
        tool_call: id, name, arguments, and `parsed`.
    """

    call: int
    tool_call: ParsedToolCall
    index: int = 0
    type: ClassVar[Literal["tool_calls.function.arguments.done"]] = "tool_calls.function.arguments.done"

    @property
    def name(self) -> str:
        """Name of the tool."""
        return self.tool_call.name

    @property
    def arguments(self) -> str:
        """The arguments as the model wrote them."""
        return self.tool_call.arguments

    @property
    def parsed_arguments(self) -> BaseModel | None:
        """The arguments, validated, where the tool was given as a type."""
        return self.tool_call.parsed


@dataclass(frozen=True, slots=True)
class PartialObject(Generic[T]):
    """The object so far. Fields that have not come are None or their default. What is unfinished is not validated.

    Attributes:
        value: The object.
        missing: The names of its fields that have not come.
    """

    value: T
    index: int = 0
    missing: tuple[str, ...] = ()
    type: ClassVar[Literal["content.partial"]] = "content.partial"


@dataclass(frozen=True, slots=True, match_args=False)
class UsageUpdated:
    """Tokens used so far; cumulative. Like a chunk, it keeps the usage as it was sent until somebody looks at it."""

    raw_usage: Mapping[str, object]
    type: ClassVar[Literal["usage"]] = "usage"

    __match_args__ = ("usage",)

    @property
    def usage(self) -> Usage:
        """Tokens used so far."""
        return Usage.read(self.raw_usage)


@dataclass(frozen=True, slots=True)
class Finished:
    """The stream is complete.

    Attributes:
        finish_reason: why the first choice ended, where the backend told.
        completion: everything, put together.
    """

    finish_reason: str | None
    completion: ChatCompletion
    type: ClassVar[Literal["content.done"]] = "content.done"

    @property
    def content(self) -> str | None:
        """The text of the first choice."""
        return self.completion.message.content

    @property
    def parsed(self) -> object:
        """The requested object, if the answer is a valid one."""
        return self.completion.message.parsed


@dataclass(frozen=True, slots=True)
class ToolResult:
    """A tool of `run_tools` has been run, and this is what the model is told.

    Attributes:
        tool_call: the call.
        content: the result as text; for an error, what it says.
        error: the exception, where there was one.
    """

    tool_call: ParsedToolCall
    content: str
    error: Exception | None = None
    type: ClassVar[Literal["tool_result"]] = "tool_result"


StreamEvent: TypeAlias = (
    ChunkReceived
    | TextDelta
    | ReasoningDelta
    | RefusalDelta
    | ToolCallStarted
    | ToolCallDelta
    | ToolCallDone
    | PartialObject[T]
    | UsageUpdated
    | Finished
)
