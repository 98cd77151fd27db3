"""The items of a response, as in OpenAI's Responses API: messages, function calls and reasoning.

Servers may leave out almost any field, so almost every field has a default. Items and parts of unknown types are kept,
and can be sent back unchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, Discriminator, Field, ValidationInfo, model_validator

from .annotations import Beside, IfOdd, NullAs, NullAsEmpty, as_text, nothing
from .chat import CallId, Tokens, arguments_text, new_call_id
from .reply import Details, Lenient, OpenPart, note_of
from .tool_calls import as_object

Status: TypeAlias = Literal["in_progress", "completed", "incomplete"] | str
"""The status of an item; an open set."""

Text: TypeAlias = Annotated[str, NullAs(str)]
OptionalText: TypeAlias = Annotated[str | None, Beside(nothing, as_text)]


OtherItem: TypeAlias = Literal[
    "additional_tools",
    "apply_patch_call",
    "code_interpreter_call",
    "compaction",
    "computer_call",
    "custom_tool_call",
    "file_search_call",
    "image_generation_call",
    "local_shell_call",
    "mcp_approval_request",
    "mcp_call",
    "mcp_list_tools",
    "shell_call",
    "tool_search_call",
    "web_search_call",
]
"""OpenAI's items that have no class here."""

ITEMS = frozenset({"message", "function_call", "reasoning"})
PARTS = frozenset({"output_text", "refusal"})
"""Types that have classes. An item of such a type that cannot be read is an error, not an unknown item."""


def _other_than(known: frozenset[str]) -> Callable[[str], str]:
    def check(kind: str) -> str:
        if kind in known:
            raise ValueError(f"it cannot be read as {kind}")
        return kind

    return check


class ResponseItem(Lenient):
    """A part of an output or of a message."""

    def to_param(self) -> dict[str, object]:
        """Return a plain dict for the `input` of the next call, with the fields that were received and are not null."""
        kind: object = getattr(self, "type", "")
        return {**self.model_dump(mode="json", exclude_unset=True, exclude_none=True), "type": kind}


class ResponseOutputText(ResponseItem):
    """Text that the model wrote."""

    type: Literal["output_text"] = "output_text"
    text: Text = ""
    annotations: Annotated[list[Details], Beside(list)] = Field(default_factory=list)
    logprobs: Annotated[Tokens | None, Beside(nothing)] = None

    @property
    def parsed(self) -> object:
        """The object that `parse` or `stream` made from the text, if any. `ParsedResponse.output_parsed` is typed."""
        return note_of(self, "parsed")


class ResponseOutputRefusal(ResponseItem):
    """Why the model refuses."""

    type: Literal["refusal"] = "refusal"
    refusal: Text = ""


class ResponseUnknownPart(OpenPart, ResponseItem):
    """A part of an unknown type. Its fields are attributes."""

    if TYPE_CHECKING:
        type: Literal["reasoning_text", "summary_text"] = "reasoning_text"
    else:
        type: Annotated[Text, AfterValidator(_other_than(PARTS))] = ""

    @model_validator(mode="after")
    def _is_no_text(self, info: ValidationInfo) -> Self:
        """Refuse what `_as_part` reads as text, which JSON has not gone through."""
        fields = self.model_extra or {}
        if info.mode == "json" and str(self.type) in ("", "text") and isinstance(fields.get("text"), str):
            raise ValueError("it is a text without its type")
        return self


class ReasoningPart(ResponseItem):
    """The model's reasoning. `type` is "reasoning_text", or "summary_text" for a summary."""

    type: Annotated[str, Beside(lambda: "reasoning_text", as_text)] = "reasoning_text"
    text: Annotated[str, Beside(str, as_text)] = ""


def _as_reasoning(content: object) -> object:
    """Read reasoning: a list of parts, or from some servers a text or texts."""
    texts = [content] if isinstance(content, str) else content
    if not isinstance(texts, list):
        return content
    return [{"text": each} if isinstance(each, str) else each for each in texts if each is not None]


ResponseContent: TypeAlias = Annotated[
    Annotated[ResponseOutputText | ResponseOutputRefusal, Discriminator("type")] | ResponseUnknownPart,
    Field(union_mode="left_to_right"),
]


def _as_parts(content: object) -> object:
    """Return the content of a message: some servers send a text, or parts that do not say that they are the model's."""
    return [_as_part(part) for part in _as_list(content) if part is not None]


def _as_list(value: object) -> list[object]:
    """Return a list. Some servers send its only item, and some languages write an empty list as an empty object."""
    if isinstance(value, list):
        return value
    return [] if value in ("", {}) else [value]


def _as_part(part: object) -> object:
    if isinstance(part, str):
        return {"type": "output_text", "text": part}
    is_text = isinstance(part, dict) and part.get("type") in (None, "", "text") and isinstance(part.get("text"), str)
    return {**part, "type": "output_text"} if is_text and isinstance(part, dict) else part


class ResponseOutputMessage(ResponseItem):
    """A message from the model. Its `phase` is "commentary" if the model comments on what it does."""

    id: OptionalText = None
    type: Literal["message"] = "message"
    phase: OptionalText = None
    role: Annotated[str, Beside(lambda: "assistant", as_text)] = "assistant"
    status: Annotated[Status | None, Beside(nothing, as_text)] = None
    content: Annotated[list[ResponseContent], NullAsEmpty(), IfOdd(_as_parts)] = Field(default_factory=list)

    def to_param(self) -> dict[str, object]:
        """Return the message as a plain dict for the `input` of the next call, also with a role that was not sent."""
        return {"role": self.role, "content": [], **super().to_param()}

    @property
    def text(self) -> str:
        """The text of all parts."""
        return "".join(part.text for part in self.content if isinstance(part, ResponseOutputText))

    @property
    def is_answer(self) -> bool:
        """Whether the message is the answer, and not a comment or a thought on the way to it."""
        return self.phase not in ("commentary", "analysis")

    @property
    def refusal(self) -> str | None:
        """Why the model refuses; None if it does not refuse."""
        refusals = [part.refusal for part in self.content if isinstance(part, ResponseOutputRefusal)]
        return "".join(refusals) if refusals else None


class ResponseFunctionToolCall(ResponseItem):
    """A call of a function. A call without a `call_id` gets one, so that its output can name it."""

    id: OptionalText = None
    type: Literal["function_call"] = "function_call"
    call_id: CallId = Field(default_factory=new_call_id)
    name: Text = ""
    arguments: Annotated[str, BeforeValidator(arguments_text)] = ""
    status: Annotated[Status | None, Beside(nothing, as_text)] = None

    def to_param(self) -> dict[str, object]:
        """Return the call as a plain dict for the `input` of the next call, with the ID that its output names.

        Its arguments are a JSON object.
        """
        return {**super().to_param(), "call_id": self.call_id, "arguments": as_object(self.arguments)}

    @property
    def parsed_arguments(self) -> BaseModel | None:
        """The arguments, validated by `parse` or `stream`, where the tool was given as a type."""
        arguments = note_of(self, "parsed")
        return arguments if isinstance(arguments, BaseModel) else None


class ResponseReasoningItem(ResponseItem):
    """The model's reasoning: in full, as a summary, or encrypted."""

    id: OptionalText = None
    type: Literal["reasoning"] = "reasoning"
    summary: Annotated[list[ReasoningPart], Beside(list, null_at_once=True), BeforeValidator(_as_reasoning)] = Field(
        default_factory=list
    )
    content: Annotated[list[ReasoningPart] | None, Beside(nothing), BeforeValidator(_as_reasoning)] = None
    encrypted_content: OptionalText = None
    status: Annotated[Status | None, Beside(nothing, as_text)] = None

    @property
    def text(self) -> str:
        """The reasoning, or its summary if only that was sent."""
        return "".join(part.text for part in self.content or self.summary)


class ResponseUnknownItem(OpenPart, ResponseItem):
    """An item of an unknown type, such as a call of a hosted tool. Its fields are attributes."""

    id: OptionalText = None
    if TYPE_CHECKING:
        # At run time, it is what the server sent. Type checkers see another item's type, so that comparing it narrows.
        type: OtherItem = "mcp_call"
    else:
        type: Annotated[Text, AfterValidator(_other_than(ITEMS))] = ""

    @model_validator(mode="after")
    def _is_no_message(self) -> Self:
        if not self.type and {"role", "content"} <= (self.model_extra or {}).keys():
            raise ValueError("it is a message without a type")
        return self


def without_oddities(items: object) -> object:
    """Leave nulls out of an output. Messages need no type, and a text is a message."""
    return [_as_item(item) for item in _as_list(items) if item not in (None, "")]


def _as_item(item: object) -> object:
    if isinstance(item, str):
        return {"type": "message", "content": item}
    if isinstance(item, dict) and not item.get("type") and {"role", "content"} <= item.keys():
        return {**item, "type": "message"}
    return item


ResponseOutputItem: TypeAlias = Annotated[
    Annotated[ResponseOutputMessage | ResponseFunctionToolCall | ResponseReasoningItem, Discriminator("type")]
    | ResponseUnknownItem,
    Field(union_mode="left_to_right"),
]
