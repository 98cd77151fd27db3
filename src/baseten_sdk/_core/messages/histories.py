"""Converts histories between messages and chat.

What both formats can express is kept, in order. What only one can express is an error that names the path. Signatures
of thoughts and cache hints are dropped, because they are not part of what was said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NotRequired, TypeAlias

from typing_extensions import TypedDict

from ..._json_reading import decode_reply
from ...errors import InvalidRequestError
from ...types.message_params import MessageTurn, System
from ...types.params import Message
from ..chat.request import message_params
from ..request.json_codec import encode_json
from .request import blocks, turns

Json: TypeAlias = dict[str, object]

DATA = re.compile(r"data:(?P<kind>[^;,]+);base64,(?P<data>.*)", re.DOTALL)

TURN_FIELDS = {
    "assistant": frozenset({"role", "content", "reasoning_content", "reasoning", "tool_calls"}),
    "tool": frozenset({"role", "content", "tool_call_id"}),
}
"""Fields of a chat message that a turn can hold, by role. For other roles, only the content."""

LEFT_BEHIND = frozenset({"cache_control", "signature", "citations"})

FAILED = "Error: "
"""The beginning of a failed result. A chat has no other mark for a failure."""


class MessagesHistory(TypedDict):
    """A conversation as `messages.create(**history)` takes it."""

    messages: list[MessageTurn]
    system: NotRequired[System]


def messages_from_chat(history: Iterable[Message]) -> MessagesHistory:
    """Convert the messages of a chat into turns and a system prompt.

    Raises:
        InvalidRequestError: A message holds what no turn can. The text begins with its path.
    """
    system: list[Json] = []
    plain_system: list[str] = []
    found: list[MessageTurn] = []
    results: list[Json] | None = None
    for index, message in enumerate(message_params(history)):
        path, role = f"messages[{index}]", message.get("role")
        known = TURN_FIELDS.get(str(role), frozenset({"role", "content"}))
        unknown = next((name for name, value in message.items() if name not in known and value), None)
        if unknown is not None:
            raise _not_held(f"{path}.{unknown}", "messages")
        content = message.get("content")
        if role in ("system", "developer"):
            if found:
                raise InvalidRequestError(f"{path} is a system message after other messages; it must come first.")
            written = _blocks(content, f"{path}.content")
            plain_system += [content] if isinstance(content, str) else []
            system += _as_list(written)
        elif role == "tool":
            result = {"type": "tool_result", "tool_use_id": message.get("tool_call_id")}
            if results is None:
                results = []
                found.append({"role": "user", "content": results})
            results.append({**result, "content": _blocks(content, f"{path}.content")})
        elif role == "user":
            written = _blocks(content, f"{path}.content")
            if results is None:
                found.append({"role": "user", "content": written})
            else:
                # The results of calls and what follows them are one turn.
                results += _as_list(written)
                results = None
        elif role == "assistant":
            results = None
            found.append({"role": "assistant", "content": _assistant(message, path)})
        else:
            raise InvalidRequestError(f"{path}.role is {role!r}, which messages do not know.")
    converted: MessagesHistory = {"messages": found}
    if system:
        converted["system"] = plain_system[0] if len(system) == len(plain_system) == 1 else system
    return converted


def _assistant(message: Mapping[str, object], path: str) -> str | list[Json]:
    content, thought = message.get("content"), message.get("reasoning_content") or message.get("reasoning")
    calls = message.get("tool_calls")
    if isinstance(content, str) and not thought and not calls:
        return content
    made: list[Json] = [{"type": "thinking", "thinking": thought}] if thought else []
    written = _blocks(content, f"{path}.content") if content else []
    made += _as_list(written)
    for number, call in enumerate(calls if isinstance(calls, Sequence) else ()):
        made.append(_tool_use(call, f"{path}.tool_calls[{number}]"))
    return made


def _tool_use(call: object, path: str) -> Json:
    match call:
        case {"id": id, "function": {"name": str(name), "arguments": str(arguments)}}:
            return {"type": "tool_use", "id": id, "name": name, "input": decode_reply(arguments.encode())}
        case _:
            raise _not_held(path, "messages")


def _blocks(content: object, path: str) -> str | list[Json]:
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, Iterable) or isinstance(content, Mapping):
        raise InvalidRequestError(f"{path} must be a text or a list of parts, not a {type(content).__name__}.")
    return [_block(part, f"{path}[{number}]") for number, part in enumerate(content)]


def _as_list(written: str | list[Json]) -> list[Json]:
    return [{"type": "text", "text": written}] if isinstance(written, str) else written


def _block(part: object, path: str) -> Json:
    match part:
        case {"type": "text", "text": str(text), **rest} if not any(rest.values()):
            return {"type": "text", "text": text}
        case {"type": "image_url", "image_url": {"url": str(url), **how}, **rest} if not any(rest.values()):
            if how.get("detail") not in (None, "auto"):
                raise _not_held(f"{path}.image_url.detail", "messages")
            found = DATA.fullmatch(url)
            if found is None:
                return {"type": "image", "source": {"type": "url", "url": url}}
            return {"type": "image", "source": {"type": "base64", "media_type": found["kind"], "data": found["data"]}}
        case _:
            raise _not_held(path, "messages")


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
        _check(block, {"type", "tool_use_id", "content", "is_error"}, where, "a chat")
        written = _parts(block.get("content") or "", f"{where}.content", images=False)
        if block.get("is_error") and isinstance(written, str):
            written = written if written.startswith(FAILED) else FAILED + written
        made.append({"role": "tool", "tool_call_id": block.get("tool_use_id"), "content": written})
    if rest or not made:
        made.append({"role": "user", "content": _parts(rest, path, images=True, first=len(content) - len(rest))})
    return made


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
                raise _not_held(where, "a chat")
        _check(block, {"type", "text", "thinking", "id", "name", "input"}, where, "a chat")
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
    _check(block, {"type", "text", "source"}, path, "a chat")
    match block:
        case {"type": "text", "text": str(text)}:
            return {"type": "text", "text": text}
        case {"type": "image", "source": {"type": "url", "url": str(url)}} if images:
            return {"type": "image_url", "image_url": {"url": url}}
        case {"type": "image", "source": {"type": "base64", "media_type": str(kind), "data": str(data)}} if images:
            return {"type": "image_url", "image_url": {"url": f"data:{kind};base64,{data}"}}
        case _:
            raise _not_held(path, "a chat")


def _check(block: Mapping[str, object], known: set[str], path: str, where: str) -> None:
    unknown = next((name for name, value in block.items() if name not in known | LEFT_BEHIND and value), None)
    if unknown is not None:
        raise _not_held(f"{path}.{unknown}", where)


def _not_held(path: str, where: str) -> InvalidRequestError:
    return InvalidRequestError(f"{path} cannot be expressed in {where}: change it, or leave it out.")
