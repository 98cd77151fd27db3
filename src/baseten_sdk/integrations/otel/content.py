"""The content of messages in the form of the semantic conventions. Used only if the user opts in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from pydantic_core import to_json

from ...errors import InvalidRequestError
from ...histories import to_chat
from ...types.chat import ChatCompletion, Choice
from ...types.completions import TextChoice, TextCompletion
from ...types.messages import Message
from ...types.responses import ModelResponse
from .attributes import Attributes

Part: TypeAlias = Mapping[str, object]


def of_request(sent: Mapping[str, object]) -> Attributes:
    """Return the messages and tools of a chat, the input of a response, or the prompt of a text completion."""
    attributes: Attributes = {}
    messages = sent.get("messages")
    if messages is None and "stream" in sent:  # which embeddings, whose input this may be, do not have
        messages = _of_items(sent.get("input"), sent.get("instructions"))
    if isinstance(sent.get("prompt"), str):
        messages = [{"role": "user", "content": sent["prompt"]}]
    if isinstance(messages, list):
        inputs = [_message(message) for message in messages if isinstance(message, dict)]
        attributes["gen_ai.input.messages"] = _json(inputs)
    if sent.get("system"):
        attributes["gen_ai.system_instructions"] = _json(list(_parts({"content": sent["system"]})))
    if "tools" in sent:
        attributes["gen_ai.tool.definitions"] = _json(sent["tools"])
    return attributes


def of_reply(result: object) -> Attributes:
    """Return the answers of a chat, a message, a response, or a text completion."""
    if isinstance(result, Message):
        parts = list(_parts(result.to_param()))
        answer = {"role": result.role, "parts": parts, "finish_reason": result.stop_reason or ""}
        return {"gen_ai.output.messages": _json([answer])}
    if isinstance(result, ModelResponse):
        outputs = [_message(message) for message in _of_items(result.output, None)]
        return {
            "gen_ai.output.messages": _json([{**each, "finish_reason": result.finish_reason or ""} for each in outputs])
        }
    if isinstance(result, TextCompletion):
        return {"gen_ai.output.messages": _json([_text(choice) for choice in result.choices])}
    if not isinstance(result, ChatCompletion):
        return {}
    return {"gen_ai.output.messages": _json([_answer(choice) for choice in result.choices])}


def _of_items(given: object, instructions: object) -> list[dict[str, object]]:
    """Convert items to messages of a chat. Items that do not fit a chat are recorded unchanged."""
    if not isinstance(given, str | list) or not given:
        return []
    try:
        return to_chat(given, instructions if isinstance(instructions, str) else None)
    except InvalidRequestError:
        return [{"role": "user", "content": [plain for plain in given if isinstance(plain, dict)]}]


def _message(message: Mapping[str, object]) -> dict[str, object]:
    return {"role": message.get("role"), "parts": list(_parts(message))}


def _answer(choice: Choice) -> dict[str, object]:
    message = choice.message.model_dump(exclude_none=True)
    return {"role": choice.message.role, "parts": list(_parts(message)), "finish_reason": choice.finish_reason or ""}


def _text(choice: TextChoice) -> dict[str, object]:
    parts = [{"type": "text", "content": choice.text}]
    return {"role": "assistant", "parts": parts, "finish_reason": choice.finish_reason or ""}


def _parts(message: Mapping[str, object]) -> Iterator[Part]:
    content = message.get("content")
    reasoning = message.get("reasoning_content") or message.get("reasoning")
    if reasoning:
        yield {"type": "reasoning", "content": reasoning}
    if message.get("role") == "tool":
        yield {"type": "tool_call_response", "id": message.get("tool_call_id"), "response": content}
        return
    if isinstance(content, str) and content:
        yield {"type": "text", "content": content}
    elif isinstance(content, list):
        yield from (_piece(piece) for piece in content if isinstance(piece, dict))
    if message.get("refusal"):
        yield {"type": "text", "content": message["refusal"]}
    yield from _calls(message.get("tool_calls"))


def _piece(piece: Mapping[str, object]) -> Part:
    """Convert a part of a multimodal message. A part of an unknown kind stays unchanged."""
    match piece:
        case {"type": "text", "text": str(text)}:
            return {"type": "text", "content": text}
        case {"type": "thinking", "thinking": str(text)}:
            return {"type": "reasoning", "content": text}
        case {"type": "tool_use", "id": id, "name": name, "input": given}:
            return {"type": "tool_call", "id": id, "name": name, "arguments": given}
        case {"type": "tool_result", "tool_use_id": id, **rest}:
            return {"type": "tool_call_response", "id": id, "response": rest.get("content")}
        case {"type": "image_url", "image_url": {"url": str(url)}}:
            return {"type": "uri", "modality": "image", "uri": url}
        case _:
            return piece


def _calls(calls: object) -> Iterator[Part]:
    for call in calls if isinstance(calls, Sequence) else ():
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(call, dict) and isinstance(function, dict):
            name, arguments = function.get("name"), function.get("arguments")
            yield {"type": "tool_call", "id": call.get("id"), "name": name, "arguments": arguments}


def _json(value: object) -> str:
    return to_json(value).decode()
