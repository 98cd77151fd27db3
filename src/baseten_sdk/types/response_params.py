"""What a request of `responses` may hold. Everything is a plain dict at run time; only what the caller set is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, Required, TypeAlias, TypedDict

from pydantic import BaseModel

from ..config import CallOptions
from .params import ReasoningEffort

__all__ = [
    "ReasoningParam",
    "ResponseInput",
    "ResponseInputItem",
    "ResponseInputItemParam",
    "ResponseOptions",
    "ResponseParseOptions",
    "ResponseTextConfigParam",
    "ResponseTextFormatParam",
    "ResponseToolChoice",
    "ResponseToolParam",
]


class ResponseInputItemParam(TypedDict, total=False):
    """One item of the input. A message needs `role` and `content`; `type` says which other keys an item has."""

    type: str
    role: str
    content: str | Iterable[Mapping[str, object]]
    id: str
    status: str
    call_id: str
    name: str
    arguments: str
    output: str | Iterable[Mapping[str, object]]
    summary: Iterable[Mapping[str, object]]
    encrypted_content: str


ResponseInputItem: TypeAlias = ResponseInputItemParam | Mapping[str, object] | BaseModel
"""An item as a dict, or one that a model sent, put back as it is; items of the openai package are taken too."""

ResponseInput: TypeAlias = str | Iterable[ResponseInputItem]
"""What the model answers: a text, or items."""


class ResponseToolParam(TypedDict, total=False):
    """A tool. Unlike in a chat, a function's fields stand beside its `type`."""

    type: Required[str]
    name: str
    description: str | None
    parameters: Mapping[str, object] | None
    strict: bool | None


ResponseToolChoice: TypeAlias = Literal["none", "auto", "required"] | Mapping[str, object]


class ResponseTextFormatParam(TypedDict, total=False):
    """Shape of the answer: `text`, `json_object`, or `json_schema` with the other fields."""

    type: Required[str]
    name: str
    schema: Mapping[str, object]
    description: str
    strict: bool | None


class ResponseTextConfigParam(TypedDict, total=False):
    """How the answer is written."""

    format: ResponseTextFormatParam | Mapping[str, object]
    verbosity: str | None


class ReasoningParam(TypedDict, total=False):
    """How much to think, and whether to sum it up."""

    effort: ReasoningEffort | None
    summary: str | None


class ResponseParseOptions(CallOptions, total=False):
    """Parameters of a response besides model, input, tools and the shape of the answer, and the options of a call."""

    instructions: str | None
    """Stands before the input, as a system message."""
    max_output_tokens: int | None
    """Reasoning and answer together."""
    temperature: float | None
    top_p: float | None
    top_logprobs: int | None
    tool_choice: ResponseToolChoice | None
    parallel_tool_calls: bool | None
    max_tool_calls: int | None
    reasoning: ReasoningParam | Mapping[str, object] | None
    metadata: Mapping[str, str] | None
    user: str | None
    include: Iterable[str] | None
    truncation: str | None
    service_tier: str | None
    safety_identifier: str | None
    prompt_cache_key: str | None
    stream_options: Mapping[str, object] | None
    store: Literal[False] | None
    """Baseten keeps no responses: True is refused."""
    background: Literal[False] | None
    """True is refused; `async_predict` of a deployment is for long work."""
    previous_response_id: None
    """Refused: put the earlier items into `input`."""
    conversation: None
    """Refused: put the earlier items into `input`."""


class ResponseOptions(ResponseParseOptions, total=False):
    """Everything of a response besides model, input, tools and stream."""

    text: ResponseTextConfigParam | Mapping[str, object] | None
