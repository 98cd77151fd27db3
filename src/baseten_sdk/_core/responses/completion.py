"""Converts a response into a chat completion, the form that outputs, tool calls and tool runs are read from."""

from __future__ import annotations

from ...types.chat import ChatCompletion, ChatCompletionMessage, Choice, FunctionCall, ToolCall
from ...types.reply import attach_meta
from ...types.responses import ModelResponse, ResponseFunctionToolCall
from ...types.usage import Usage


def as_completion(response: ModelResponse) -> ChatCompletion:
    """Return the response as a completion with one choice."""
    message = ChatCompletionMessage(content=response.output_text or None)
    if response.function_calls:
        message.tool_calls = [_call(each) for each in response.function_calls]
    if response.reasoning_text:
        message.reasoning_content = response.reasoning_text
    if response.refusal is not None:
        message.refusal = response.refusal
    completion = ChatCompletion(
        id=response.id,
        created=int(response.created_at),
        model=response.model,
        choices=[Choice(message=message, finish_reason=response.finish_reason)],
        usage=None if response.usage is None else Usage.of(response.usage),
    )
    return attach_meta(completion, response.meta)


def _call(call: ResponseFunctionToolCall) -> ToolCall:
    return ToolCall(id=call.call_id, function=FunctionCall(name=call.name, arguments=call.arguments))
