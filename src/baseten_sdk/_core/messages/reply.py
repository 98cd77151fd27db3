"""Reads the whole reply of a call of messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...config import Limits
from ...types.messages import ContentBlock, Message, ToolUseBlock
from ..reply.response import WholeResponse
from ..reply.validate import read_model
from .same_call import CallKey, call_key


def read_message(response: WholeResponse) -> Message:
    """Read a reply. A call that was sent twice, with the same ID and input, is one call.

    Raises:
        ResponseValidationError: It is not a message.
    """
    message = (None if response.is_object else _gathered(response)) or read_model(Message, response)
    if len(message.content) > 1 and len(message.tool_uses) > 1:
        message.content = list(_distinct(message.content))
    return message


def _gathered(response: WholeResponse) -> Message | None:
    from ..stream.gathered import read_gathered
    from .stream import MessageReader

    return read_gathered(response, MessageReader(Limits()))


def _distinct(blocks: Iterable[ContentBlock]) -> Iterator[ContentBlock]:
    seen = set[CallKey]()
    for block in blocks:
        if isinstance(block, ToolUseBlock):
            key = call_key(block.id, block.name, block.input)
            if key in seen:
                continue
            seen.add(key)
        yield block
