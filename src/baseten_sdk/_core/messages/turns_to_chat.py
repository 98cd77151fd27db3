"""Converts turns of messages, in Anthropic's form, into the messages of a chat.

What both forms can express is kept, in order. What only messages can express is an error that names the path.
Signatures of thoughts and cache hints are dropped, because they are not part of what was said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...errors import InvalidRequestError
from ...types.message_params import MessageTurn, System
from ..chat.conversion import Json, check_fields, not_held
from ..request.json_codec import encode_json
from .request import blocks, turns

LEFT_BEHIND = frozenset({"cache_control", "signature", "citations"})

FAILED = "Error: "
"""The beginning of a failed result. A chat has no other mark for a failure."""


def chat_from_messages(history: Iterable[MessageTurn], system: System | None = None) -> list[Json]:
    """Convert turns of messages into messages of a chat. The result of each call becomes a message.

    Args:
        system: Their system prompt.

    Raises:
        InvalidRequestError: A turn holds what no message can. The text begins with its path.
    """
    found: list[Json] = []
    if system:
        prompt = system if isinstance(system, str) else blocks(system, "system")
        found.append({"role": "system", "content": _parts(prompt, "system", images=False)})
    for index, turn in enumerate(turns(history)):
        path, content = f"messages[{index}].content", turn.get("content")
        if turn.get("role") == "assistant":
            found.append(_chat_assistant(content, path))
        else:
            found += _chat_user(content, path)
    return found


def _chat_user(content: object, path: str) -> list[Json]:
    if not isinstance(content, list):
        return [{"role": "user", "content": content}]
    made: list[Json] = []
    rest: list[Mapping[str, object]] = []
    for number, block in enumerate(content):
        where = f"{path}[{number}]"
        if block.get("type") != "tool_result":
            rest.append(block)
            continue
        if rest:
            raise InvalidRequestError(f"{where} is the result of a call after other content; a chat has it first.")
        _check(block, {"type", "tool_use_id", "content", "is_error"}, where)
        written = _parts(block.get("content") or "", f"{where}.content", images=True)
        if block.get("is_error"):
            written = _failed(written)
        made.append({"role": "tool", "tool_call_id": block.get("tool_use_id"), "content": written})
    if rest or not made:
        made.append({"role": "user", "content": _parts(rest, path, images=True, first=len(content) - len(rest))})
    return made


def _failed(written: object) -> object:
    """Mark the result of a call that failed, unless its text says so."""
    match written:
        case str():
            return written if written.startswith(FAILED) else FAILED + written
        case [{"type": "text", "text": str(text)}, *rest]:
            return [{"type": "text", "text": _failed(text)}, *rest]
        case list():
            return [{"type": "text", "text": FAILED.rstrip()}, *written]
        case _:
            return written


def _chat_assistant(content: object, path: str) -> Json:
    if not isinstance(content, list):
        return {"role": "assistant", "content": content}
    thoughts: list[str] = []
    texts: list[Json] = []
    calls: list[Json] = []
    for number, block in enumerate(content):
        where = f"{path}[{number}]"
        match block:
            case {"type": "thinking", "thinking": str(thought)}:
                if texts or calls:
                    raise InvalidRequestError(f"{where} is a thought after text or a call; a chat has it first.")
                thoughts.append(thought)
            case {"type": "text", "text": str(text)}:
                if calls:
                    raise InvalidRequestError(f"{where} is text after a call; a chat has it before.")
                texts.append({"type": "text", "text": text})
            case {"type": "tool_use", "id": id, "name": name, "input": given}:
                function = {"name": name, "arguments": encode_json(given).decode()}
                calls.append({"id": id, "type": "function", "function": function})
            case _:
                raise not_held(where, "a chat")
        _check(block, {"type", "text", "thinking", "id", "name", "input"}, where)
    made: Json = {"role": "assistant", "content": texts[0]["text"] if len(texts) == 1 else texts or None}
    if thoughts:
        made["reasoning_content"] = "".join(thoughts)
    return {**made, "tool_calls": calls} if calls else made


def _parts(content: object, path: str, *, images: bool, first: int = 0) -> object:
    """Return text, or the parts of a chat message."""
    if not isinstance(content, list):
        return content
    return [_part(block, f"{path}[{first + number}]", images=images) for number, block in enumerate(content)]


def _part(block: Mapping[str, object], path: str, *, images: bool) -> Json:
    _check(block, {"type", "text", "source"}, path)
    match block:
        case {"type": "text", "text": str(text)}:
            return {"type": "text", "text": text}
        case {"type": "image", "source": {"type": "url", "url": str(url)}} if images:
            return {"type": "image_url", "image_url": {"url": url}}
        case {"type": "image", "source": {"type": "base64", "media_type": str(kind), "data": str(data)}} if images:
            return {"type": "image_url", "image_url": {"url": f"data:{kind};base64,{data}"}}
        case _:
            raise not_held(path, "a chat")


def _check(block: Mapping[str, object], known: set[str], path: str) -> None:
    check_fields(block, known | LEFT_BEHIND, path, "a chat")
