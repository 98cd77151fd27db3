"""Converts histories between the Responses API and chat.

What both formats can express is kept, in order. What only one can express is an error that names the path. IDs and
states of items are dropped, because they are not part of what was said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from ...errors import InvalidRequestError
from ...types.params import Message
from ...types.response_params import ResponseInput
from ...types.tool_calls import as_object
from ..chat.request import message_params
from .request import input_param

Json: TypeAlias = dict[str, object]

SPEAKERS = ("system", "developer", "user")

TEXTS = frozenset({"text", "input_text", "output_text"})

SAID = {
    "assistant": frozenset({"role", "content", "refusal", "reasoning_content", "reasoning", "tool_calls"}),
    "tool": frozenset({"role", "content", "tool_call_id"}),
}
"""Fields of a message that an item can hold, by role. For other roles, only the content."""


def responses_from_chat(messages: Iterable[Message]) -> list[Json]:
    """Convert the messages of a chat into items for `responses.create(input=...)`.

    Raises:
        InvalidRequestError: A message holds what no item can. The text begins with its path.
    """
    items: list[Json] = []
    for index, message in enumerate(message_params(messages)):
        path = f"messages[{index}]"
        role = message.get("role")
        known = SAID.get(str(role), frozenset({"role", "content"}))
        for name, value in message.items():
            if name not in known and value:
                raise _not_held(f"{path}.{name}", "the Responses API")
        if role == "assistant":
            items += _assistant_items(path, message)
        elif role == "tool":
            output = _content(f"{path}.content", message.get("content"), "input_text")
            items.append({"type": "function_call_output", "call_id": message.get("tool_call_id"), "output": output})
        elif role in SPEAKERS:
            content = _content(f"{path}.content", message.get("content"), "input_text")
            items.append({"role": role, "content": content})
        else:
            raise InvalidRequestError(f"{path}.role is {role!r}, which the Responses API does not know.")
    return items


def _assistant_items(path: str, message: Mapping[str, object]) -> list[Json]:
    items: list[Json] = []
    thought = message.get("reasoning_content") or message.get("reasoning")
    if thought:
        items.append({"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": thought}]})
    spoken, refusal = message.get("content"), message.get("refusal")
    content = _content(f"{path}.content", spoken, "output_text") if spoken else ""
    if refusal:
        parts = [{"type": "output_text", "text": content}] if isinstance(content, str) and content else content or []
        content = [*parts, {"type": "refusal", "refusal": refusal}]
    if content:
        items.append({"role": "assistant", "content": content})
    calls = message.get("tool_calls")
    for number, call in enumerate(calls if isinstance(calls, list) else ()):
        function = call.get("function") if isinstance(call, Mapping) else None
        if not isinstance(call, Mapping) or not isinstance(function, Mapping):
            raise _not_held(f"{path}.tool_calls[{number}]", "the Responses API")
        named = {"call_id": call.get("id"), "name": function.get("name"), "arguments": function.get("arguments")}
        items.append({"type": "function_call", **named})
    return items or [{"role": "assistant", "content": ""}]


def _content(path: str, content: object, text: str) -> str | list[Json]:
    """Return the content of a message. Its texts become parts of the type `text`."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if not isinstance(content, Iterable) or isinstance(content, Mapping):
        raise InvalidRequestError(f"{path} must be a text or a list of parts, not a {type(content).__name__}.")
    return [_part(f"{path}[{number}]", part, text) for number, part in enumerate(content)]


def _part(path: str, part: object, text: str) -> Json:
    match part:
        case {"type": "text" | "input_text" | "output_text", "text": str(spoken), **rest} if not any(rest.values()):
            return {"type": text, "text": spoken}
        case {"type": "refusal", "refusal": str(spoken), **rest} if not any(rest.values()):
            return {"type": "refusal", "refusal": spoken}
        case {"type": "image_url", "image_url": {"url": str(url), **how}, **rest} if not (
            any(rest.values()) or how.keys() - {"detail"}
        ):
            return _renamed("input_image", {"image_url": url, **how})
        case {"type": "input_audio", "input_audio": audio, **rest} if not any(rest.values()):
            return {"type": "input_audio", "input_audio": audio}
        case {"type": "file", "file": Mapping() as file, **rest} if not any(rest.values()):
            return _renamed("input_file", file)
        case _:
            raise _not_held(path, "the Responses API")


def _renamed(kind: str, fields: Mapping[object, object]) -> Json:
    part: Json = {"type": kind}
    part.update((str(name), value) for name, value in fields.items())
    return part


def chat_from_responses(given: ResponseInput, instructions: str | None = None) -> list[Json]:
    """Convert the input of a response into the messages of a chat. Items that a model sent together become one message.

    Args:
        given: The input: a text, or items.
        instructions: The instructions before it.

    Raises:
        InvalidRequestError: An item cannot be in a chat. The text begins with its path.
    """
    messages: list[Json] = [] if instructions is None else [{"role": "system", "content": instructions}]
    items = input_param(given)
    if isinstance(items, str):
        return [*messages, {"role": "user", "content": items}]
    turn: Json | None = None
    for index, item in enumerate(items):
        path = f"input[{index}]"
        kind = item.get("type") or ("message" if "role" in item else None)
        if kind == "message" and item.get("role") != "assistant":
            role = item.get("role")
            if role not in SPEAKERS:
                raise InvalidRequestError(f"{path}.role is {role!r}, which a chat does not know.")
            turn = None
            messages.append({"role": role, "content": _chat_content(f"{path}.content", item.get("content"))})
        elif kind == "function_call_output":
            turn = None
            output = _chat_content(f"{path}.output", item.get("output"))
            messages.append({"role": "tool", "tool_call_id": item.get("call_id"), "content": output})
        else:
            added = _of_turn(path, kind, item)
            if turn is None or _begins_another(turn, added):
                turn = {"role": "assistant"}
                messages.append(turn)
            _add(turn, added)
    return messages


def _of_turn(path: str, kind: object, item: Mapping[str, object]) -> Json:
    """Return what an item adds to an assistant's message."""
    match kind:
        case "message":
            return _assistant_message(f"{path}.content", item.get("content"))
        case "reasoning":
            thought = _texts(item.get("content")) or _texts(item.get("summary"))
            if not thought and item.get("encrypted_content"):
                raise _not_held(f"{path}.encrypted_content", "a chat")
            return {"reasoning_content": thought}
        case "function_call":
            arguments = item.get("arguments")
            function = {
                "name": item.get("name"),
                "arguments": as_object(arguments if isinstance(arguments, str) else ""),
            }
            return {"tool_calls": [{"id": item.get("call_id"), "type": "function", "function": function}]}
        case _:
            raise _not_held(path, "a chat")


def _assistant_message(path: str, content: object) -> Json:
    if isinstance(content, str):
        return {"content": content}
    parts = content if isinstance(content, list) else []
    refusals = [part for part in parts if isinstance(part, Mapping) and part.get("type") == "refusal"]
    spoken = _chat_content(path, [part for part in parts if part not in refusals])
    if isinstance(spoken, list) and len(spoken) == 1:
        spoken = str(spoken[0].get("text"))
    message: Json = {"content": spoken or None}
    if refusals:
        message["refusal"] = "".join(str(part.get("refusal")) for part in refusals)
    return message


def _begins_another(turn: Json, added: Json) -> bool:
    """Whether an addition begins another message: one message has a thought, then text, then calls."""
    later = {"reasoning_content": ("content", "tool_calls"), "content": ("content", "tool_calls"), "tool_calls": ()}
    return any(name in turn for kind in added.keys() & later.keys() for name in later[kind])


def _add(turn: Json, added: Json) -> None:
    for name, value in added.items():
        have = turn.get(name)
        if isinstance(have, list) and isinstance(value, list):
            have += value
        elif isinstance(have, str) and isinstance(value, str):
            turn[name] = have + value
        else:
            turn[name] = value


def _chat_content(path: str, content: object) -> str | list[Json]:
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, Iterable) or isinstance(content, Mapping):
        raise InvalidRequestError(f"{path} must be a text or a list of parts, not a {type(content).__name__}.")
    return [_chat_part(f"{path}[{number}]", part) for number, part in enumerate(content)]


def _chat_part(path: str, part: object) -> Json:
    match part:
        case {"type": "input_text" | "output_text" | "text", "text": str(text), **rest} if not rest.get("annotations"):
            return {"type": "text", "text": text}
        case {"type": "input_image", "image_url": str(url), **rest}:
            detail = {"detail": rest["detail"]} if rest.get("detail") else {}
            return {"type": "image_url", "image_url": {"url": url, **detail}}
        case {"type": "input_audio", "input_audio": audio}:
            return {"type": "input_audio", "input_audio": audio}
        case {"type": "input_file", **file} if not file.get("file_url"):
            return {"type": "file", "file": file}
        case _:
            raise _not_held(path, "a chat")


def _texts(parts: object) -> str:
    pieces = parts if isinstance(parts, list) else []
    return "".join(str(part.get("text") or "") for part in pieces if isinstance(part, Mapping))


def _not_held(path: str, where: str) -> InvalidRequestError:
    return InvalidRequestError(f"{path} cannot be expressed in {where}: change it, or leave it out.")
