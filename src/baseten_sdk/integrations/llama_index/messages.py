"""LlamaIndex's messages as those of a request, and the message of a reply as LlamaIndex's blocks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from io import IOBase

from llama_index.core.base.llms.types import (
    AudioBlock,
    BaseContentBlock,
    CachePoint,
    ChatMessage,
    CitableBlock,
    CitationBlock,
    DocumentBlock,
    ImageBlock,
    LogProb,
    MessageRole,
    TextBlock,
    ThinkingBlock,
    ToolCallBlock,
    VideoBlock,
)
from pydantic import BaseModel

from ... import Choice, ChoiceLogprobs, InvalidRequestError
from ..calls import arguments_of
from ..reasoning import reasoning_name

ROLES = {MessageRole.CHATBOT: "assistant", MessageRole.MODEL: "assistant", MessageRole.FUNCTION: "tool"}
"""What the API calls roles that it does not have."""

REASONING = "reasoning_content"
"""The usual name of reasoning on the wire."""

REASONING_NAME = "reasoning_name"
"""Where a block of reasoning has its name on the wire, if it is another."""

PASSED_ON = ("tool_call_id", "name", "refusal")
"""Fields of a message's `additional_kwargs` that are also fields of the API's message."""


def message_params(messages: Sequence[ChatMessage]) -> list[dict[str, object]]:
    """Return the messages as a request has them.

    Raises:
        InvalidRequestError: A block is of a kind that the API has no part for.
    """
    return [_message_param(message) for message in messages]


def _message_param(message: ChatMessage) -> dict[str, object]:
    parts = [part for block in message.blocks for part in _parts(block)]
    plain = all(part["type"] == "text" for part in parts)
    param: dict[str, object] = {
        "role": ROLES.get(message.role, message.role.value),
        "content": "\n".join(str(part["text"]) for part in parts) if plain else parts,
    }
    thoughts = [block for block in message.blocks if isinstance(block, ThinkingBlock) and block.content]
    if thoughts:
        name = str(thoughts[0].additional_information.get(REASONING_NAME, REASONING))
        param[name] = "".join(block.content or "" for block in thoughts)
    calls = [_call_param(block) for block in message.blocks if isinstance(block, ToolCallBlock)]
    calls = calls or _other_calls(message.additional_kwargs.get("tool_calls"))
    if calls:
        param["tool_calls"] = calls
    param.update({name: message.additional_kwargs[name] for name in PASSED_ON if name in message.additional_kwargs})
    return param


def _parts(block: BaseContentBlock) -> list[dict[str, object]]:
    """Return a block as parts of the content. A block with another place in the message returns none."""
    match block:
        case TextBlock():
            return [{"type": "text", "text": block.text}]
        case ImageBlock():
            detail = {"detail": block.detail} if block.detail else {}
            return [{"type": "image_url", "image_url": {"url": _url(block), **detail}}]
        case VideoBlock():
            return [{"type": "video_url", "video_url": {"url": _url(block)}}]
        case AudioBlock():
            data = {"data": _text(block.resolve_audio(as_base64=True)), "format": block.format or "wav"}
            return [{"type": "input_audio", "input_audio": data}]
        case DocumentBlock():
            return [{"type": "file", "file": {"filename": block.title, "file_data": block.inline_url()}}]
        case CitableBlock():
            return [part for inner in block.content for part in _parts(inner)]
        case CitationBlock():
            return _parts(block.cited_content)
        case ThinkingBlock() | ToolCallBlock() | CachePoint():
            return []
        case _:
            raise InvalidRequestError(f"A {type(block).__name__} has no form in a request.")


def _url(block: ImageBlock | VideoBlock) -> str:
    return str(block.url) if block.url else block.inline_url()


def _text(data: IOBase) -> str:
    read: object = data.read()
    return read.decode() if isinstance(read, bytes) else str(read)


def _call_param(block: ToolCallBlock) -> dict[str, object]:
    given = block.tool_kwargs
    arguments = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
    function = {"name": block.tool_name, "arguments": arguments}
    return {"id": block.tool_call_id or "", "type": "function", "function": function}


def _other_calls(calls: object) -> list[dict[str, object]]:
    """Return the calls of a message that another LLM made: dicts, or objects of its library."""
    found: list[dict[str, object]] = []
    for call in calls if isinstance(calls, list) else ():
        if isinstance(call, BaseModel):
            found.append(call.model_dump(mode="json", exclude_none=True))
        elif isinstance(call, Mapping):
            found.append(dict(call))
    return found


def chat_message(choice: Choice) -> ChatMessage:
    """Return the message of a reply: reasoning, text and calls as blocks, in this order.

    The arguments of a call are a dict if it may be run, and the text as it came if not.
    """
    message = choice.message
    read = arguments_of(message.tool_calls, choice.finish_reason)
    calls = [
        ToolCallBlock(
            tool_call_id=call.id,
            tool_name=call.function.name,
            tool_kwargs=call.function.arguments if arguments is None else arguments,
        )
        for call, arguments in zip(message.tool_calls, read, strict=True)
    ]
    made = assistant_message(message.reasoning, message.content or "", calls, reasoning_name(message))
    if message.refusal:
        made.additional_kwargs["refusal"] = message.refusal
    return made


def assistant_message(
    reasoning: str | None, text: str, calls: Sequence[ToolCallBlock], name: str | None = None
) -> ChatMessage:
    """Return a message of the model. Parts of LlamaIndex look for its calls in `additional_kwargs` alone."""
    information = {REASONING_NAME: name} if name else {}
    thought = [ThinkingBlock(content=reasoning, additional_information=information)] if reasoning else []
    return ChatMessage(
        role=MessageRole.ASSISTANT,
        blocks=[*thought, TextBlock(text=text), *calls],
        additional_kwargs={"tool_calls": [_call_param(call) for call in calls]} if calls else {},
    )


def log_probs(logprobs: ChoiceLogprobs | None) -> list[list[LogProb]] | None:
    """Return the alternatives to each token, or the token itself if the request asked for none."""
    if logprobs is None or not logprobs.content:
        return None
    return [
        [
            LogProb(token=each.token, logprob=each.logprob, bytes=each.bytes or [])
            for each in (token.top_logprobs or (token,))
        ]
        for token in logprobs.content
    ]
