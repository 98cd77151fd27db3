"""Reads the whole reply of a call of messages."""

from __future__ import annotations

from ...config import Limits
from ...types.message_blocks import ContentBlock, ToolUseBlock
from ...types.messages import Message
from ..reply.response import WholeResponse
from ..reply.validate import read_model
from ..stream.same_call import SeenCalls


def read_message(response: WholeResponse) -> Message:
    """Read a reply. A call that was sent twice, with the same ID and input, is one call.

    Raises:
        ResponseValidationError: It is not a message.
    """
    message = (None if response.is_object else _gathered(response)) or read_model(Message, response)
    if len(message.content) > 1 and len(message.tool_uses) > 1:
        calls = SeenCalls()
        message.content = [block for block in message.content if not _repeated(block, calls)]
    return message


def _gathered(response: WholeResponse) -> Message | None:
    from ..stream.gathered import read_gathered
    from .reader import MessageReader

    return read_gathered(response, MessageReader(Limits()))


def _repeated(block: ContentBlock, calls: SeenCalls) -> bool:
    return isinstance(block, ToolUseBlock) and calls.repeated((block.id,), block.name, block.input)
