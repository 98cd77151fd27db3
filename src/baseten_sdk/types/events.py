"""The events of `chat.completions.stream`: frozen values for `match`.

`index` is the choice that an event belongs to; it is 0 unless you ask for several.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, Literal, TypeAlias, TypeVar

from pydantic import BaseModel

from .chat import ChatCompletion, Usage
from .chunks import ChatCompletionChunk
from .tool_calls import ParsedToolCall

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ChunkReceived:
    """An unchanged chunk. The events that are made from it follow."""

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
        """The text, under OpenAI's name for it."""
        return self.text


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """More of the model's reasoning."""

    text: str
    index: int = 0
    type: ClassVar[Literal["reasoning.delta"]] = "reasoning.delta"

    @property
    def delta(self) -> str:
        """The text, under OpenAI's name for it."""
        return self.text


@dataclass(frozen=True, slots=True)
class RefusalDelta:
    """More of the model's refusal."""

    text: str
    index: int = 0
    type: ClassVar[Literal["refusal.delta"]] = "refusal.delta"

    @property
    def delta(self) -> str:
        """The text, under OpenAI's name for it."""
        return self.text


@dataclass(frozen=True, slots=True)
class ToolCallStarted:
    """The model begins to call a tool. `call` numbers the calls of a choice.

    Some backends send the ID later, or the name in pieces. `ToolCallDone` has both complete.
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
        """The piece, under OpenAI's name for it."""
        return self.arguments


@dataclass(frozen=True, slots=True)
class ToolCallDone:
    """A call is complete. Its arguments are validated if its tool was given as a type.

    Attributes:
        call: Its number.
        tool_call: Its ID, name, arguments, and `parsed`.
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
        """The validated arguments, if the tool was given as a type."""
        return self.tool_call.parsed


@dataclass(frozen=True, slots=True)
class PartialObject(Generic[T]):
    """The object so far. Missing fields are None or their default. Incomplete values are not validated.

    Attributes:
        value: The object.
        missing: The names of the fields that have not arrived.
    """

    value: T
    index: int = 0
    missing: tuple[str, ...] = ()
    type: ClassVar[Literal["content.partial"]] = "content.partial"


@dataclass(frozen=True, slots=True, match_args=False)
class UsageUpdated:
    """The tokens used so far. The counts are cumulative. They are read when you first look at `usage`."""

    raw_usage: Mapping[str, object]
    type: ClassVar[Literal["usage"]] = "usage"

    __match_args__ = ("usage",)

    @property
    def usage(self) -> Usage:
        """The tokens used so far."""
        return Usage.read(self.raw_usage)


@dataclass(frozen=True, slots=True)
class Finished:
    """The stream is complete.

    Attributes:
        finish_reason: Why the first choice ended. None if the backend does not say.
        completion: The whole completion.
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
        """The requested object, if the answer is valid."""
        return self.completion.message.parsed


@dataclass(frozen=True, slots=True)
class ToolResult:
    """The result of a tool that `run_tools` ran, as the model gets it.

    Attributes:
        tool_call: The call.
        content: The result as text. For an error, its message.
        error: The exception, if there was one.
        parts: The parts of a message that the tool returned, such as images. The model gets them instead of the text.
    """

    tool_call: ParsedToolCall
    content: str
    error: Exception | None = None
    parts: Sequence[Mapping[str, object]] = ()
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
