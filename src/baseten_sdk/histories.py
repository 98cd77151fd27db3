"""One conversation in the forms of several APIs: messages of a chat, items of the Responses API, turns of messages.

Each function keeps what both forms can hold. If the other form cannot hold something, it raises `InvalidRequestError`.
The message begins with the path, such as `messages[3].content[1]`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from ._core.messages.chat_to_turns import MessagesHistory as MessagesHistory, messages_from_chat
from ._core.messages.turns_to_chat import chat_from_messages
from ._core.responses.chat_to_items import responses_from_chat as to_responses
from ._core.responses.items_to_chat import chat_from_responses
from .types.message_params import MessageTurn, System
from .types.messages import Message as ModelMessage
from .types.params import Message
from .types.response_params import ResponseInput

__all__ = ["MessagesHistory", "to_chat", "to_messages", "to_responses"]

Turns: TypeAlias = Iterable[MessageTurn]

OF_MESSAGES = frozenset({"tool_use", "tool_result", "thinking", "redacted_thinking", "image", "document"})
"""Blocks that only messages have."""


def to_messages(history: Iterable[Message]) -> MessagesHistory:
    """Convert the messages of a chat into what `messages.create` takes.

    Example:
        message = client.messages.create(model=..., max_tokens=1024, **to_messages(history))

    Args:
        history: The messages of a chat. For items of the Responses API, use `to_messages(to_chat(items))`.

    Returns:
        A dict with `messages`, and with `system` if the chat begins with a system message.

    Raises:
        InvalidRequestError: The chat holds something that messages cannot hold. The error begins with its path.
    """
    return messages_from_chat(history)


def to_chat(
    history: ResponseInput | Turns, instructions: str | None = None, *, system: System | None = None
) -> list[dict[str, object]]:
    """Convert items of the Responses API, or turns of messages, into the messages of a chat.

    Args:
        history: The input of a response, or the turns of messages. The function recognizes which of them it is.
        instructions: The instructions of a response. They become the system message.
        system: The system prompt of the turns of messages.

    Raises:
        InvalidRequestError: The history holds something that a chat cannot hold. The error begins with its path.
    """
    if isinstance(history, str):
        return chat_from_responses(history, instructions)
    items = list(history)
    if system is not None or any(map(_is_turn, items)):
        return chat_from_messages(items, system)
    return chat_from_responses(items, instructions)


def _is_turn(item: object) -> bool:
    """Whether an item is a turn that only messages have."""
    if isinstance(item, ModelMessage):
        return True
    content = item.get("content") if isinstance(item, Mapping) and item.get("type") is None else None
    found = content if isinstance(content, list | tuple) else ()
    return any(_type_of(block) in OF_MESSAGES for block in found)


def _type_of(block: object) -> object:
    return block.get("type") if isinstance(block, Mapping) else getattr(block, "type", None)
