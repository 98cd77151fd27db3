"""The whole chat completion: what `chat.completions.create` returns.

Which fields a backend sends differs: `content` is missing where all tokens went into reasoning or tool calls,
`finish_reason` may be missing in JSON mode, reasoning comes under either of two names. So nearly everything has a
default; only `choices` must be there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, Field
from pydantic_core import to_json

from .reply import Lenient, NullAs, NullAsEmpty, Reply, Rounded, attach_note, note_of
from .usage import CompletionTokensDetails, PromptTokensDetails, Usage

__all__ = [
    "ChatCompletion",
    "ChatCompletionMessage",
    "Choice",
    "ChoiceLogprobs",
    "CompletionTokensDetails",
    "FinishReason",
    "FunctionCall",
    "PromptTokensDetails",
    "TokenLogprob",
    "ToolCall",
    "TopLogprob",
    "Usage",
]

FinishReason: TypeAlias = Literal["stop", "length", "tool_calls", "content_filter"] | str
"""Why a choice ended; an open set."""


def as_text(value: object) -> object:
    """Arguments come as JSON text, from some engines as an object, and null where there are none."""
    if value is None:
        return ""
    return value if isinstance(value, str) else to_json(value).decode()


class FunctionCall(Lenient):
    """The function that the model calls, and its arguments as JSON text (not validated; may be cut short)."""

    name: Annotated[str, NullAs(str)] = ""
    arguments: Annotated[str, BeforeValidator(as_text)] = ""

    @property
    def parsed_arguments(self) -> BaseModel | None:
        """The arguments, validated by `parse`, where the tool was given as a type."""
        arguments = note_of(self, "parsed")
        return arguments if isinstance(arguments, BaseModel) else None


class ToolCall(Lenient):
    """One call of a tool."""

    id: Annotated[str, NullAs(str)] = ""
    type: Annotated[str, NullAs(lambda: "function")] = "function"
    function: Annotated[FunctionCall, NullAs(FunctionCall)] = Field(default_factory=FunctionCall)


class ChatCompletionMessage(Lenient):
    """What the model said. It can be put into the `messages` of the next call as it is."""

    role: Annotated[str, NullAs(lambda: "assistant")] = "assistant"
    content: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    tool_calls: Annotated[list[ToolCall], NullAsEmpty()] = Field(default_factory=list)

    @property
    def parsed(self) -> object:
        """The object that `parse` or `stream` was asked for, where there is one; `Parsed.parsed` has its type."""
        return note_of(self, "parsed")

    @property
    def reasoning(self) -> str | None:
        """What the model thought, under whichever name the backend sent it."""
        if self.reasoning_content:
            return self.reasoning_content
        other = (self.model_extra or {}).get("reasoning")
        return other if isinstance(other, str) else self.reasoning_content

    def to_param(self) -> dict[str, object]:
        """The message as a plain dict for the `messages` of the next call: only what was received and is not empty."""
        fields = self.model_dump(mode="json", exclude_unset=True, exclude_none=True)
        fields["role"] = self.role
        fields.pop("tool_calls", None)
        if self.tool_calls:
            fields["tool_calls"] = [call.model_dump(mode="json", exclude_none=True) for call in self.tool_calls]
        return fields


class TopLogprob(Lenient):
    """An alternative to a token."""

    token: str
    logprob: float
    bytes: list[int] | None = None


class TokenLogprob(Lenient):
    """A token of the answer with its log probability."""

    token: str
    logprob: float
    bytes: list[int] | None = None
    top_logprobs: Annotated[list[TopLogprob], NullAs(list)] = Field(default_factory=list)


class ChoiceLogprobs(Lenient):
    """Log probabilities of the tokens of a choice."""

    content: list[TokenLogprob] | None = None
    refusal: list[TokenLogprob] | None = None


class Choice(Lenient):
    """One answer. `stop_reason` is the stop string or token id that ended it, where the backend tells."""

    index: Annotated[int, NullAs(int)] = 0
    message: ChatCompletionMessage
    finish_reason: FinishReason | None = None
    stop_reason: int | str | None = None
    logprobs: ChoiceLogprobs | None = None


class ChatCompletion(Reply):
    """The reply of a chat call."""

    id: Annotated[str, NullAs(str)] = ""
    choices: Annotated[list[Choice], Field(min_length=1)]
    created: Annotated[int, Rounded(), NullAs(int)] = 0
    model: Annotated[str, NullAs(str)] = ""
    object: Annotated[str, NullAs(lambda: "chat.completion")] = "chat.completion"
    usage: Usage | None = None
    service_tier: str | None = None
    system_fingerprint: str | None = None

    @staticmethod
    def usage_of(completions: Iterable[ChatCompletion]) -> Usage:
        """The tokens of several completions together."""
        return Usage.total(completion.usage for completion in completions)

    @property
    def message(self) -> ChatCompletionMessage:
        """The message of the first choice."""
        return self.choices[0].message

    @property
    def text(self) -> str:
        """The text of the first choice; "" where there is none (tool calls, or all tokens went into reasoning)."""
        return self.choices[0].message.content or ""


def attach_arguments(call: ToolCall, arguments: BaseModel) -> None:
    """Tell a call of its arguments, which were validated."""
    attach_note(call.function, "parsed", arguments)


def attach_parsed(completion: ChatCompletion, value: object) -> None:
    """Tell the first message of the object that it holds."""
    attach_note(completion.choices[0].message, "parsed", value)


# OpenAI's names for what is here and in the modules that stand on this one.
if TYPE_CHECKING:
    from .openai_chat import (
        ChatCompletionAssistantMessageParam as ChatCompletionAssistantMessageParam,
        ChatCompletionChunk as ChatCompletionChunk,
        ChatCompletionContentPartImageParam as ChatCompletionContentPartImageParam,
        ChatCompletionContentPartParam as ChatCompletionContentPartParam,
        ChatCompletionContentPartTextParam as ChatCompletionContentPartTextParam,
        ChatCompletionDeveloperMessageParam as ChatCompletionDeveloperMessageParam,
        ChatCompletionFunctionToolParam as ChatCompletionFunctionToolParam,
        ChatCompletionMessageFunctionToolCall as ChatCompletionMessageFunctionToolCall,
        ChatCompletionMessageFunctionToolCallParam as ChatCompletionMessageFunctionToolCallParam,
        ChatCompletionMessageParam as ChatCompletionMessageParam,
        ChatCompletionMessageToolCall as ChatCompletionMessageToolCall,
        ChatCompletionMessageToolCallParam as ChatCompletionMessageToolCallParam,
        ChatCompletionMessageToolCallUnion as ChatCompletionMessageToolCallUnion,
        ChatCompletionMessageToolCallUnionParam as ChatCompletionMessageToolCallUnionParam,
        ChatCompletionReasoningEffort as ChatCompletionReasoningEffort,
        ChatCompletionStreamOptionsParam as ChatCompletionStreamOptionsParam,
        ChatCompletionSystemMessageParam as ChatCompletionSystemMessageParam,
        ChatCompletionTokenLogprob as ChatCompletionTokenLogprob,
        ChatCompletionToolChoiceOptionParam as ChatCompletionToolChoiceOptionParam,
        ChatCompletionToolMessageParam as ChatCompletionToolMessageParam,
        ChatCompletionToolParam as ChatCompletionToolParam,
        ChatCompletionToolUnionParam as ChatCompletionToolUnionParam,
        ChatCompletionUserMessageParam as ChatCompletionUserMessageParam,
        ParsedChatCompletion as ParsedChatCompletion,
        ParsedFunctionToolCall as ParsedFunctionToolCall,
    )
else:

    def __getattr__(name: str) -> object:
        # An import asks for `__path__` and the like of every module.
        if not name.startswith("_"):
            from . import openai_chat

            if name in openai_chat.__all__:
                return getattr(openai_chat, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
