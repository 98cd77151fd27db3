"""The parts of a chat request: messages, content, tools, response formats and sampling parameters.

Everything is a plain dict at run time. Only what the caller set is sent. None is the same as leaving a parameter out.
Other parameters go into `extra_body`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Required, TypeAlias, TypedDict

from pydantic import BaseModel

from ..config import CallOptions
from .chat import ChatCompletionMessage


class ImageURL(TypedDict, total=False):
    """An image: an HTTPS URL that Baseten fetches, or a base64 data URL (5 MB for the whole request)."""

    url: Required[str]
    detail: str


class InputAudio(TypedDict):
    """Audio as base64."""

    data: str
    format: str


class FileData(TypedDict, total=False):
    """A file, by its data or its ID."""

    file_data: str
    file_id: str
    filename: str


class VideoURL(TypedDict):
    """A video, by its URL. Only some models accept it."""

    url: str


class ContentPart(TypedDict, total=False):
    """One part of a multimodal message. `type` says which other key is set."""

    type: Required[str]
    text: str
    image_url: ImageURL
    input_audio: InputAudio
    video_url: VideoURL
    file: FileData


class FunctionCallParam(TypedDict):
    """The function of a tool call that you send back."""

    name: str
    arguments: str


class ToolCallParam(TypedDict, total=False):
    """A tool call that you send back in an assistant's message."""

    id: Required[str]
    type: str
    function: Required[FunctionCallParam]


class MessageParam(TypedDict, total=False):
    """One message of the conversation. `tool_call_id` belongs to role "tool", `tool_calls` to "assistant"."""

    role: Required[str]
    content: str | Sequence[ContentPart | Mapping[str, object]] | None
    name: str
    tool_calls: Sequence[ToolCallParam | Mapping[str, object]]
    tool_call_id: str
    reasoning_content: str


Message: TypeAlias = MessageParam | Mapping[str, object] | ChatCompletionMessage | BaseModel
"""A message as a dict, or as a model sent it. Messages of the openai package work too."""


class FunctionParam(TypedDict, total=False):
    """A function that the model may call. `parameters` is a JSON schema."""

    name: Required[str]
    description: str
    parameters: Mapping[str, object]
    strict: bool


class ToolParam(TypedDict, total=False):
    """A tool. Baseten's hosted tools have a `type` of `baseten__...` and nothing else."""

    type: Required[str]
    function: FunctionParam
    defer_loading: bool


ToolChoice: TypeAlias = Literal["none", "auto", "required"] | Mapping[str, object]

ReasoningEffort: TypeAlias = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | str
"""How much to think. Models accept different values. They ignore others, or reply with 400."""


class JSONSchemaParam(TypedDict, total=False):
    """A JSON schema for the answer. Its name must not be empty."""

    name: Required[str]
    schema: Mapping[str, object]
    description: str
    strict: bool


class ResponseFormatParam(TypedDict, total=False):
    """Shape of the answer: `text`, `json_object`, `json_schema`, `grammar` or `structural_tag`."""

    type: Required[str]
    json_schema: JSONSchemaParam
    grammar: str
    structural_tag: str


ResponseFormat: TypeAlias = ResponseFormatParam | Mapping[str, object]


class StreamOptions(TypedDict, total=False):
    """What a stream carries in addition to text. Baseten sends usage unless you turn it off."""

    include_usage: bool
    continuous_usage_stats: bool


class ThinkingParam(TypedDict, total=False):
    """A switch for models that think on request."""

    type: Required[str]


class SamplingParams(CallOptions, total=False):
    """The parameters of a chat call, apart from those with an argument of their own, and the options of every call."""

    temperature: float | None
    """0 to 4. Default: the model's own."""
    top_p: float | None
    """Above 0 and up to 1."""
    top_k: int | None
    """-1 turns it off."""
    min_p: float | None
    top_p_min: float | None
    max_tokens: int | None
    """Reasoning and answer together. Default: 4096."""
    max_completion_tokens: int | None
    min_tokens: int | None
    n: int | None
    """The Model APIs accept only 1."""
    best_of: int | None
    stop: str | Sequence[str] | None
    """Up to 32 strings."""
    stop_token_ids: Sequence[int] | None
    include_stop_str_in_output: bool | None
    bad: str | Sequence[str] | None
    bad_token_ids: Sequence[int] | None
    seed: int | None
    frequency_penalty: float | None
    presence_penalty: float | None
    repetition_penalty: float | None
    length_penalty: float | None
    early_stopping: bool | None
    logit_bias: Mapping[str, float] | None
    logprobs: bool | None
    top_logprobs: int | None
    """0 to 20."""
    ignore_eos: bool | None
    skip_special_tokens: bool | None
    spaces_between_special_tokens: bool | None
    truncate_prompt_tokens: int | None
    echo: bool | None
    add_generation_prompt: bool | None
    add_special_tokens: bool | None
    documents: Sequence[Mapping[str, str]] | None
    chat_template: str | None
    chat_template_args: Mapping[str, object] | None
    """For example `{"enable_thinking": True}`. For vLLM deployments, put `chat_template_kwargs` into extra_body."""
    reasoning_effort: ReasoningEffort | None
    thinking: ThinkingParam | Mapping[str, object] | None
    reasoning: Mapping[str, object] | None
    parallel_tool_calls: bool | None
    stream_options: StreamOptions | Mapping[str, object] | None
    disaggregated_params: Mapping[str, object] | None
    baseten: Mapping[str, object] | None
    """Settings of the hosted tools: `{"tool_settings": {...}}`."""
    user: str | None
    metadata: Mapping[str, str] | None
    audio: Mapping[str, object] | None
    """This and the following are parameters of OpenAI's client. They are sent unchanged. Engines and gateways use those
    that they know."""
    function_call: str | Mapping[str, object] | None
    functions: Sequence[Mapping[str, object]] | None
    modalities: Sequence[str] | None
    moderation: Mapping[str, object] | None
    prediction: Mapping[str, object] | None
    prompt_cache_key: str | None
    prompt_cache_options: Mapping[str, object] | None
    prompt_cache_retention: str | None
    safety_identifier: str | None
    service_tier: str | None
    store: bool | None
    verbosity: str | None
    web_search_options: Mapping[str, object] | None


class ParseOptions(SamplingParams, total=False):
    """The parameters of `parse` and `stream`, apart from those with an argument of their own."""

    tool_choice: ToolChoice | None


class ChatOptions(ParseOptions, total=False):
    """The parameters of `create`, apart from those with an argument of their own."""

    response_format: ResponseFormat | None


def system(content: str) -> MessageParam:
    """Write a system message."""
    return {"role": "system", "content": content}


def user(content: str | Sequence[ContentPart | Mapping[str, object]]) -> MessageParam:
    """Write a user's message: a text, or a list of parts."""
    return {"role": "user", "content": content}


def assistant(content: str) -> MessageParam:
    """Write an assistant's message."""
    return {"role": "assistant", "content": content}


def tool_result(content: str, tool_call_id: str) -> MessageParam:
    """Write the result of a tool call."""
    return {"role": "tool", "content": content, "tool_call_id": tool_call_id}
