"""Reads the whole reply of a call of messages."""

from __future__ import annotations

from ...types.messages import ContentBlock, Message, ToolUseBlock
from ..reply.response import WholeResponse
from ..reply.validate import read_model


def read_message(response: WholeResponse) -> Message:
    """Read a reply. A call that was sent twice, with the same ID and input, is one call."""
    message = read_model(Message, response)
    if len(message.tool_uses) > 1:
        message.content = [block for place, block in enumerate(message.content) if not _repeated(message, place, block)]
    return message


def _repeated(message: Message, place: int, block: ContentBlock) -> bool:
    return isinstance(block, ToolUseBlock) and any(
        (other.id, other.name, other.input) == (block.id, block.name, block.input)
        for other in message.content[:place]
        if isinstance(other, ToolUseBlock)
    )
