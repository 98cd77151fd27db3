"""The whole chat completion: what `chat.completions.create` returns.

Backends differ in the fields that they send. `content` is missing if all tokens went into reasoning or tool calls.
`finish_reason` may be missing in JSON mode. Reasoning comes under either of two names. Therefore almost every field
has a default, and only `choices` is required.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import inf
from secrets import token_hex
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field
from pydantic_core import to_json

from .._lazy import names_of
from .annotations import Beside, IfLenient, NullAs, NullAsEmpty, Rounded, as_count, as_text, nothing
from .odd_message import OTHER_PARTS, in_openai_form, reasoning_of, with_message
from .reply import Lenient, Reply, attach_note, note_of
from .tool_calls import as_object
from .usage import (
    CompletionTokensDetails as CompletionTokensDetails,
    PromptTokensDetails as PromptTokensDetails,
    Usage as Usage,
)

FinishReason: TypeAlias = Literal["stop", "length", "tool_calls", "content_filter"] | str
"""Why a choice ended. Backends may send other values."""


def arguments_text(value: object) -> object:
    """Return arguments as JSON text. Some engines send an object, or null if there are none."""
    if value is None:
        return ""
    return value if isinstance(value, str) else to_json(value).decode()


class FunctionCall(Lenient):
    """The function that the model calls. Its arguments are JSON text, not validated, and may be cut short."""

    name: Annotated[str, NullAs(str)] = ""
    arguments: Annotated[str, BeforeValidator(arguments_text)] = ""

    @property
    def parsed_arguments(self) -> BaseModel | None:
        """The arguments that `parse` validated, if the tool was given as a type."""
        arguments = note_of(self, "parsed")
        return arguments if isinstance(arguments, BaseModel) else None


def new_call_id() -> str:
    """Make an ID for a call that has none. The result of a call must name an ID."""
    return f"call_{token_hex(12)}"


def _or_new(sent: str) -> str:
    return sent or new_call_id()


CallId: TypeAlias = Annotated[str, Beside(str, as_text, null_at_once=True), AfterValidator(_or_new)]
"""The ID of a call. An empty one is replaced by a new one."""


class ToolCall(Lenient):
    """One call of a tool. If it comes without an ID, it gets one, so that its result can name it."""

    id: CallId = Field(default_factory=new_call_id)
    type: Annotated[str, Beside(lambda: "function", as_text, null_at_once=True)] = "function"
    function: Annotated[FunctionCall, NullAs(FunctionCall)] = Field(default_factory=FunctionCall)

    def to_param(self) -> dict[str, object]:
        """Make a plain dict for the `messages` of the next call. Its arguments are a JSON object."""
        function = self.function.model_dump(mode="json", exclude_none=True)
        function["arguments"] = as_object(self.function.arguments)
        return {**self.model_dump(mode="json", exclude_none=True, exclude={"function"}), "function": function}


class ChatCompletionMessage(Lenient):
    """What the model said. Put it into the `messages` of the next call as it is."""

    role: Annotated[str, Beside(lambda: "assistant", as_text, null_at_once=True)] = "assistant"
    content: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    tool_calls: Annotated[list[ToolCall], NullAsEmpty()] = Field(default_factory=list)

    @property
    def parsed(self) -> object:
        """The object that `parse` or `stream` made from the answer, if any. `Parsed.parsed` is typed."""
        return note_of(self, "parsed")

    @property
    def reasoning(self) -> str | None:
        """The model's reasoning, whichever name the backend gives it."""
        return self.reasoning_content or reasoning_of(self.model_extra) or self.reasoning_content

    def to_param(self) -> dict[str, object]:
        """Make a plain dict for the `messages` of the next call. It holds the fields that are not empty."""
        fields = self.model_dump(mode="json", exclude_unset=True, exclude_none=True)
        fields["role"] = self.role
        fields.pop("tool_calls", None)
        fields.pop(OTHER_PARTS, None)
        if self.tool_calls:
            fields["tool_calls"] = [call.to_param() for call in self.tool_calls]
        return fields


def never() -> float:
    """Return the log probability of the impossible. JSON cannot express it, so engines write null."""
    return -inf


class TopLogprob(Lenient):
    """An alternative to a token."""

    token: Annotated[str, Beside(str, as_text)] = ""
    logprob: Annotated[float, Beside(never)] = -inf
    bytes: Annotated[list[int] | None, Beside(nothing)] = None


class TokenLogprob(TopLogprob):
    """A token of the answer with its log probability. Null reads as minus infinity."""

    top_logprobs: Annotated[list[Annotated[TopLogprob, Beside(TopLogprob)]], Beside(list, null_at_once=True)] = Field(
        default_factory=list
    )


Tokens: TypeAlias = list[Annotated[TokenLogprob, Beside(TokenLogprob)]]


class ChoiceLogprobs(Lenient):
    """Log probabilities of the tokens of a choice."""

    content: Annotated[Tokens | None, Beside(nothing)] = None
    refusal: Annotated[Tokens | None, Beside(nothing)] = None


class Choice(Lenient):
    """One answer. `stop_reason` is the stop string or token ID that ended it, if the backend says."""

    index: Annotated[int, Beside(int, as_count, null_at_once=True)] = 0
    message: Annotated[ChatCompletionMessage, IfLenient(in_openai_form)]
    finish_reason: Annotated[FinishReason | None, Beside(nothing, as_text)] = None
    stop_reason: Annotated[int | str | None, Beside(nothing)] = None
    logprobs: Annotated[ChoiceLogprobs | None, Beside(nothing)] = None


class ChatCompletion(Reply):
    """The reply of a chat call."""

    id: Annotated[str, Beside(str, as_text, null_at_once=True)] = ""
    choices: Annotated[list[Annotated[Choice, IfLenient(with_message)]], Field(min_length=1)]
    created: Annotated[int, Rounded(), Beside(int, as_count, null_at_once=True)] = 0
    model: Annotated[str, Beside(str, as_text, null_at_once=True)] = ""
    object: Annotated[str, Beside(lambda: "chat.completion", as_text, null_at_once=True)] = "chat.completion"
    usage: Annotated[Usage | None, Beside(nothing)] = None
    service_tier: Annotated[str | None, Beside(nothing, as_text)] = None
    system_fingerprint: Annotated[str | None, Beside(nothing, as_text)] = None

    @staticmethod
    def usage_of(completions: Iterable[ChatCompletion]) -> Usage:
        """Add up the tokens of several completions."""
        return Usage.total(completion.usage for completion in completions)

    @property
    def message(self) -> ChatCompletionMessage:
        """The message of the first choice."""
        return self.choices[0].message

    @property
    def text(self) -> str:
        """The text of the first choice. "" after a tool call, or if all tokens went into reasoning."""
        return self.choices[0].message.content or ""


def attach_arguments(call: ToolCall, arguments: BaseModel) -> None:
    """Attach the validated arguments to a call."""
    attach_note(call.function, "parsed", arguments)


def attach_parsed(completion: ChatCompletion, value: object) -> None:
    """Attach the object to the first message."""
    attach_note(completion.choices[0].message, "parsed", value)


# OpenAI's names for the classes of this module, and of modules that import it.
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
    __getattr__ = names_of(__name__, "openai_chat")
