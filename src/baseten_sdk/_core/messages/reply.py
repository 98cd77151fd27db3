"""Reads the whole reply of a call of messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...types.messages import ContentBlock, Message, ToolUseBlock
from ..reply.response import WholeResponse
from ..reply.validate import read_model
from .same_call import CallKey, call_key


def read_message(response: WholeResponse) -> Message:
    """Read a reply. A call that was sent twice, with the same ID and input, is one call."""
    message = read_model(Message, response)
    if len(message.tool_uses) > 1:
        message.content = list(_distinct(message.content))
    return message


def _distinct(blocks: Iterable[ContentBlock]) -> Iterator[ContentBlock]:
    seen = set[CallKey]()
    for block in blocks:
        if isinstance(block, ToolUseBlock):
            key = call_key(block.id, block.name, block.input)
            if key in seen:
                continue
            seen.add(key)
        yield block
