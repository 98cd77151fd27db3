"""What the methods of a pool take besides `model`: the arguments of a deployment's methods, as types.

The names that end in `WithTools` also have the tools that the model may call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Required

from ...types.message_params import MessagesOptions, MessageTurn, System
from ...types.params import ChatOptions, Message, ParseOptions
from ...types.response_params import ResponseInput, ResponseOptions
from ..schema.tool import ToolLike


class ParseArguments(ParseOptions, total=False):
    """The arguments of `parse` of a chat."""

    messages: Required[Iterable[Message]]


class ParseArgumentsWithTools(ParseArguments, total=False):
    """The arguments of `stream` of a chat."""

    tools: Sequence[ToolLike] | None


class ChatArguments(ChatOptions, total=False):
    """The arguments of `run_tools` of a chat."""

    messages: Required[Iterable[Message]]


class ChatArgumentsWithTools(ChatArguments, total=False):
    """The arguments of `create` of a chat."""

    tools: Sequence[ToolLike] | None


class MessagesArguments(MessagesOptions, total=False):
    """The arguments of `parse` and `run_tools` of messages."""

    messages: Required[Iterable[MessageTurn]]
    max_tokens: Required[int]
    system: System | None


class MessagesArgumentsWithTools(MessagesArguments, total=False):
    """The arguments of `create` and `stream` of messages."""

    tools: Iterable[ToolLike] | None


class ResponseArguments(ResponseOptions, total=False):
    """The arguments of `parse` and `run_tools` of responses."""

    input: Required[ResponseInput]


class ResponseArgumentsWithTools(ResponseArguments, total=False):
    """The arguments of `create` and `stream` of responses."""

    tools: Sequence[ToolLike] | None
