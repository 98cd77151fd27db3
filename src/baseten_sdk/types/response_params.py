"""The parameters of `responses`. All are plain dicts at run time. Only what the caller sets is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, Required, TypeAlias, TypedDict

from pydantic import BaseModel

from ..config import CallOptions
from .params import ReasoningEffort


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
"""An item as a dict, or an item that a model sent. Items of the openai package work too."""

ResponseInput: TypeAlias = str | Iterable[ResponseInputItem]
"""The input of a response: a text, or items."""


class ResponseToolParam(TypedDict, total=False):
    """A tool. Unlike in a chat, the fields of a function are on the same level as `type`."""

    type: Required[str]
    name: str
    description: str | None
    parameters: Mapping[str, object] | None
    strict: bool | None


ResponseToolChoice: TypeAlias = Literal["none", "auto", "required"] | Mapping[str, object]


class ResponseTextFormatParam(TypedDict, total=False):
    """The form of the answer: `text`, `json_object`, or `json_schema` with the other fields."""

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
    """How much the model reasons, and whether it summarizes its reasoning."""

    effort: ReasoningEffort | None
    summary: str | None


class ResponseParseOptions(CallOptions, total=False):
    """Parameters of a response besides model, input, tools and the form of the answer, and the options of a call."""

    instructions: str | None
    """Instructions that come before the input, like a system message."""
    max_output_tokens: int | None
    """The limit for reasoning and answer together."""
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
    prompt_cache_retention: str | None
    context_management: Iterable[Mapping[str, object]] | None
    moderation: Mapping[str, object] | None
    stream_options: Mapping[str, object] | None
    store: Literal[False] | None
    """Baseten does not store responses, so True is refused."""
    background: Literal[False] | None
    """True is refused. For long work, use `async_predict` of a deployment."""
    previous_response_id: None
    """Always refused. Put the earlier items into `input` instead."""
    conversation: None
    """Always refused. Put the earlier items into `input` instead."""


class ResponseOptions(ResponseParseOptions, total=False):
    """The parameters of a response besides model, input, tools and stream, and the options of a call."""

    text: ResponseTextConfigParam | Mapping[str, object] | None
