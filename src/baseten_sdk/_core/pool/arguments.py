"""What the methods of a pool take besides `model`: the arguments of a deployment's methods, as types.

The names that end in `WithTools` also have the tools that the model may call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Required, TypedDict

from ...types.message_params import MessagesOptions, MessageTurn, System
from ...types.params import ChatOptions, Message, ParseOptions
from ...types.response_params import ResponseInput, ResponseOptions
from ..chat.tool_loop import OnToolError
from ..schema.tool import ToolLike


class ToolRunArguments(TypedDict, total=False):
    """The arguments of `run_tools` of any API."""

    max_turns: int
    stream: bool
    on_tool_error: OnToolError


class ParseArguments(ParseOptions, total=False):
    """The arguments of `parse` of a chat."""

    messages: Required[Iterable[Message]]


class ChatStreamArguments(ParseArguments, total=False):
    """The arguments of `stream` of a chat."""

    tools: Sequence[ToolLike] | None
    strict: bool


class ChatArguments(ChatOptions, total=False):
    """The arguments of a chat, without tools."""

    messages: Required[Iterable[Message]]


class ChatArgumentsWithTools(ChatArguments, total=False):
    """The arguments of `create` of a chat."""

    tools: Sequence[ToolLike] | None


class ChatRunArguments(ChatArguments, ToolRunArguments, total=False):
    """The arguments of `run_tools` of a chat."""

    tools: Required[Sequence[ToolLike]]


class MessagesArguments(MessagesOptions, total=False):
    """The arguments of `parse` of messages."""

    messages: Required[Iterable[MessageTurn]]
    max_tokens: Required[int]
    system: System | None


class MessagesArgumentsWithTools(MessagesArguments, total=False):
    """The arguments of `create` of messages."""

    tools: Iterable[ToolLike] | None


class MessagesStreamArguments(MessagesArgumentsWithTools, total=False):
    """The arguments of `stream` of messages."""

    strict: bool


class MessagesRunArguments(MessagesArguments, ToolRunArguments, total=False):
    """The arguments of `run_tools` of messages."""

    tools: Required[Iterable[ToolLike]]


class ResponseArguments(ResponseOptions, total=False):
    """The arguments of `parse` of responses."""

    input: Required[ResponseInput]


class ResponseArgumentsWithTools(ResponseArguments, total=False):
    """The arguments of `create` of responses."""

    tools: Sequence[ToolLike] | None


class ResponseStreamArguments(ResponseArgumentsWithTools, total=False):
    """The arguments of `stream` of responses."""

    strict: bool


class ResponseRunArguments(ResponseArguments, ToolRunArguments, total=False):
    """The arguments of `run_tools` of responses."""

    tools: Required[Sequence[ToolLike]]
