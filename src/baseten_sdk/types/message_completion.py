"""A message in the form of a chat completion, for code that reads answers and runs tools of any API."""

from __future__ import annotations

from .chat import ChatCompletion, ChatCompletionMessage, Choice, FunctionCall, ToolCall
from .message_blocks import ToolUseBlock
from .messages import Message
from .reply import attach_meta
from .usage import counted

REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
"""The matching reasons of a chat. Other reasons keep their names."""


def as_completion(message: Message) -> ChatCompletion:
    """Convert the reply to a chat completion."""
    reason = message.stop_reason
    answer = ChatCompletionMessage(
        content=message.text or None,
        reasoning_content=message.thinking or None,
        tool_calls=[_call(block, message) for block in message.tool_uses],
    )
    choice = Choice(message=answer, finish_reason=REASONS.get(reason, reason) if reason else None)
    usage = message.usage.as_usage() if counted(message.usage) else None
    completion = ChatCompletion(id=message.id, model=message.model, choices=[choice], usage=usage)
    return attach_meta(completion, message.meta)


def _call(block: ToolUseBlock, message: Message) -> ToolCall:
    """Convert a call. In a message that was cut, an empty input means that no argument text arrived."""
    arguments = block.arguments
    if arguments == "{}" and message.stop_reason == "max_tokens" and block is message.content[-1]:
        arguments = ""
    return ToolCall(id=block.id, function=FunctionCall(name=block.name, arguments=arguments))
