"""Replies and streams as LlamaIndex's responses.

A response of a stream holds the message as far as it has come, and what is new: text in `delta`, reasoning in
`additional_kwargs["thinking_delta"]`, where LlamaIndex's agents look for it.
"""

from __future__ import annotations

from llama_index.core.base.llms.types import ChatResponse, CompletionResponse, ToolCallBlock

from ... import (
    ChatCompletion,
    Finished,
    ReasoningDelta,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageUpdated,
)
from .messages import assistant_message, chat_message, log_probs


def chat_response(completion: ChatCompletion, delta: str | None = None) -> ChatResponse:
    """Return a whole reply."""
    choice = completion.choices[0]
    return ChatResponse(
        message=chat_message(choice),
        raw=completion,
        delta=delta,
        logprobs=log_probs(choice.logprobs),
        additional_kwargs=facts(completion),
    )


def completion_response(response: ChatResponse) -> CompletionResponse:
    """Like the message above, but only the text."""
    return CompletionResponse(
        text=response.message.content or "",
        raw=response.raw,
        delta=response.delta,
        logprobs=response.logprobs,
        additional_kwargs={**response.message.additional_kwargs, **response.additional_kwargs},
    )


def facts(completion: ChatCompletion) -> dict[str, object]:
    """Return what is known of a reply besides its message."""
    usage = completion.usage
    known: dict[str, object] = {
        "finish_reason": completion.choices[0].finish_reason,
        "request_id": completion.meta.request_id,
    }
    if usage is not None:
        known |= {
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "total_tokens": usage.total_tokens,
            "cached_tokens": usage.cached_tokens,
            "reasoning_tokens": usage.reasoning_tokens,
        }
    reasoning = completion.message.reasoning
    if reasoning:
        known["reasoning_content"] = reasoning
    return {name: value for name, value in known.items() if value is not None}


class GrowingResponse:
    """The responses of one stream."""

    def __init__(self) -> None:
        self._text = ""
        self._reasoning = ""
        self._calls: dict[int, ToolCallBlock] = {}

    def response(self, event: StreamEvent[None]) -> ChatResponse | None:
        """Return the response for an event of the first choice. None if it adds nothing."""
        match event:
            case TextDelta(text, 0):
                self._text += text
                return self._response(text, {})
            case ReasoningDelta(text, 0):
                self._reasoning += text
                return self._response("", {"thinking_delta": text})
            case ToolCallStarted(call, id_, name, 0):
                self._calls[call] = ToolCallBlock(tool_call_id=id_, tool_name=name, tool_kwargs="")
                return self._response("", {})
            case ToolCallDelta(call, arguments, 0):
                self._calls[call].tool_kwargs = f"{self._calls[call].tool_kwargs}{arguments}"
                return self._response("", {})
            case UsageUpdated():
                return None
            case Finished(_, completion):
                return chat_response(completion, delta="")
            case _:
                return None

    def _response(self, delta: str, more: dict[str, object]) -> ChatResponse:
        calls = [call.model_copy() for call in self._calls.values()]
        message = assistant_message(self._reasoning, self._text, calls)
        return ChatResponse(message=message, delta=delta, additional_kwargs=more)
