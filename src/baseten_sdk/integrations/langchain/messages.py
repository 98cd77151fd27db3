"""Converts LangChain's messages to those of a request, and a completion to LangChain's messages.

LangChain's own converter does most of the former. It does not know that reasoning goes back under its original name,
and that a call whose arguments are not JSON was still made.
"""

from __future__ import annotations

from collections.abc import Iterable

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    InvalidToolCall,
    ToolCall as LangChainToolCall,
    convert_to_openai_messages,
)
from langchain_core.messages.ai import InputTokenDetails, OutputTokenDetails, UsageMetadata

from ... import ChatCompletion, Choice, Usage
from ..calls import arguments_of
from ..reasoning import reasoning_name

REASONING = "reasoning_content"
"""Where LangChain looks for reasoning, and its usual name on the wire."""

REASONING_NAME = "reasoning_name"
"""Where `response_metadata` has the name on the wire, if it is another."""

OWN_PARTS = frozenset(
    {"reasoning", "thinking", "refusal", "tool_call", "invalid_tool_call", "tool_use", "function_call", "non_standard"}
)
"""Blocks of an assistant's message that have a place of their own on the wire, or none."""


def message_params(messages: Iterable[BaseMessage]) -> list[dict[str, object]]:
    """Return the messages as a request has them.

    Raises:
        ValueError: A block lacks something that it needs, or is of a kind that LangChain does not know.
    """
    params: list[dict[str, object]] = []
    for message in messages:
        converted: list[dict[str, object]] = convert_to_openai_messages([message])
        if isinstance(message, AIMessage) and converted:
            _complete_assistant(converted[0], message)
        params += converted
    return params


def _complete_assistant(param: dict[str, object], message: AIMessage) -> None:
    content = param.get("content")
    if isinstance(content, list):
        kept = [part for part in content if isinstance(part, dict) and part.get("type") not in OWN_PARTS]
        plain = all(part.get("type") == "text" for part in kept)
        param["content"] = "".join(str(part.get("text", "")) for part in kept) if plain else kept
    if message.invalid_tool_calls:
        calls = param.get("tool_calls")
        param["tool_calls"] = [
            *(calls if isinstance(calls, list) else ()),
            *(_invalid_call_param(call) for call in message.invalid_tool_calls),
        ]
    blocks = message.content_blocks
    reasoning = "".join(block.get("reasoning", "") for block in blocks if block["type"] == "reasoning")
    refusal = "".join(block["refusal"] for block in blocks if block["type"] == "refusal")
    name = str(message.response_metadata.get(REASONING_NAME, REASONING))
    param.update({name: text for name, text in ((name, reasoning), ("refusal", refusal)) if text})


def _invalid_call_param(call: InvalidToolCall) -> dict[str, object]:
    function = {"name": call["name"] or "", "arguments": call["args"] or ""}
    return {"type": "function", "id": call["id"], "function": function}


def ai_message(completion: ChatCompletion, choice: Choice) -> AIMessage:
    """Return a choice as a message, with everything that is known of the exchange."""
    calls, invalid = tool_calls(choice)
    text, refusal, reasoning = choice.message.content or "", choice.message.refusal, choice.message.reasoning
    return AIMessage(
        content=[*([{"type": "text", "text": text}] if text else ()), refusal_block(refusal)] if refusal else text,
        additional_kwargs={REASONING: reasoning} if reasoning else {},
        tool_calls=calls,
        invalid_tool_calls=invalid,
        usage_metadata=usage_metadata(completion.usage),
        response_metadata=response_metadata(completion, choice),
    )


def refusal_block(text: str) -> dict[str, object]:
    """Return a refusal in LangChain's form. Pieces of one refusal belong together."""
    return {"type": "refusal", "refusal": text, "index": 0}


def tool_calls(choice: Choice) -> tuple[list[LangChainToolCall], list[InvalidToolCall]]:
    """Return the calls of a choice: those that may be run, and those whose arguments are truncated or not a JSON
    object.
    """
    calls: list[LangChainToolCall] = []
    invalid: list[InvalidToolCall] = []
    made = choice.message.tool_calls
    for call, arguments in zip(made, arguments_of(made, choice.finish_reason), strict=True):
        if arguments is not None:
            calls.append(LangChainToolCall(name=call.function.name, args=arguments, id=call.id, type="tool_call"))
        else:
            invalid.append(
                InvalidToolCall(
                    name=call.function.name,
                    args=call.function.arguments,
                    id=call.id,
                    error="The arguments were cut, or are no JSON object.",
                    type="invalid_tool_call",
                )
            )
    return calls, invalid


def usage_metadata(usage: Usage | None) -> UsageMetadata | None:
    """Return the tokens of a call as LangChain counts them."""
    if usage is None:
        return None
    metadata = UsageMetadata(
        input_tokens=usage.prompt_tokens, output_tokens=usage.completion_tokens, total_tokens=usage.total_tokens
    )
    if (read := usage.prompt_tokens_details) is not None:
        metadata["input_token_details"] = InputTokenDetails(audio=read.audio_tokens, cache_read=read.cached_tokens)
    if (made := usage.completion_tokens_details) is not None:
        metadata["output_token_details"] = OutputTokenDetails(audio=made.audio_tokens, reasoning=made.reasoning_tokens)
    return metadata


def response_metadata(completion: ChatCompletion, choice: Choice) -> dict[str, object]:
    """Return everything about a reply except its message, including unknown fields."""
    meta = completion.meta
    metadata: dict[str, object] = {
        **(completion.model_extra or {}),
        "model_provider": "baseten",
        "model_name": completion.model,
        "finish_reason": choice.finish_reason,
        "id": completion.id,
        "token_usage": completion.usage.model_dump(mode="json", exclude_none=True) if completion.usage else None,
        "logprobs": choice.logprobs.model_dump(mode="json") if choice.logprobs else None,
        "stop_reason": choice.stop_reason,
        "service_tier": completion.service_tier,
        "system_fingerprint": completion.system_fingerprint,
        "request_id": meta.request_id,
        "attempts": meta.attempts,
        REASONING_NAME: reasoning_name(choice.message),
    }
    return {name: value for name, value in metadata.items() if value is not None}
