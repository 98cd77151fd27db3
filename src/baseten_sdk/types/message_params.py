"""The parameters of `messages`, in Anthropic's form.

Everything is a plain dict at run time. Only what the caller set is sent. None is the same as leaving a parameter out.
Other parameters go into `extra_body`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Required, TypeAlias, TypedDict

from pydantic import BaseModel

from ..config import CallOptions
from .messages import Message

BlockParam: TypeAlias = Mapping[str, object] | BaseModel
"""A block as a dict, such as `{"type": "text", "text": "Hi"}`, or a block that a model sent."""


class MessagesTurnParam(TypedDict, total=False):
    """One turn of the conversation: text, or a list of blocks."""

    role: Required[str]
    content: Required[str | Sequence[BlockParam]]


MessageTurn: TypeAlias = MessagesTurnParam | Mapping[str, object] | Message | BaseModel
"""A turn as a dict, or a message that a model sent."""

System: TypeAlias = str | Sequence[BlockParam]
"""The system prompt: text, or text blocks."""


class ThinkingConfig(TypedDict, total=False):
    """Whether the model thinks. `budget_tokens` has no known effect on Baseten."""

    type: Required[Literal["enabled", "disabled", "adaptive"]]
    budget_tokens: int


class ToolUseChoice(TypedDict, total=False):
    """Whether the model must call a tool. `tool` means the tool of that name, `any` means any tool."""

    type: Required[Literal["auto", "any", "tool", "none"]]
    name: str
    disable_parallel_tool_use: bool


class MessagesOptions(CallOptions, total=False):
    """The parameters of a call, except model, messages, max_tokens, system, tools and stream."""

    temperature: float | None
    """0 to 1. If left out, the model's own default."""
    top_p: float | None
    top_k: int | None
    stop_sequences: Sequence[str] | None
    thinking: ThinkingConfig | Mapping[str, object] | None
    """`{"type": "enabled"}` or `{"type": "disabled"}`. `adaptive` is sent as `enabled`, which the service accepts."""
    tool_choice: ToolUseChoice | Mapping[str, object] | None
    metadata: Mapping[str, object] | None
    cache_control: Mapping[str, object] | None
    """This and the following are parameters of Anthropic's client. They are sent unchanged. Engines and gateways accept
    those that they know."""
    container: str | Mapping[str, object] | None
    context_management: Mapping[str, object] | None
    diagnostics: Mapping[str, object] | None
    inference_geo: str | None
    mcp_servers: Sequence[Mapping[str, object]] | None
    output_config: Mapping[str, object] | None
    service_tier: str | None
    speed: str | None
    user_profile_id: str | None
    workspace_id: str | None
