"""Converts items of the Responses API into the messages of a chat.

What both forms can express is kept, in order. What only items can express is an error that names the path. IDs and
states of items are dropped, because they are not part of what was said.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...errors import InvalidRequestError
from ...types.response_params import ResponseInput
from ...types.tool_calls import as_object
from ..chat.conversion import Json, converted_parts, not_held
from .chat_to_items import SPEAKERS
from .request import input_param


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
            messages.append({"role": role, "content": converted_parts(item.get("content"), f"{path}.content", _part)})
        elif kind == "function_call_output":
            turn = None
            output = converted_parts(item.get("output"), f"{path}.output", _part)
            messages.append({"role": "tool", "tool_call_id": item.get("call_id"), "content": output})
        else:
            added = _of_turn(kind, item, path)
            if turn is None or _begins_another(turn, added):
                turn = {"role": "assistant"}
                messages.append(turn)
            _add(turn, added)
    return messages


def _of_turn(kind: object, item: Mapping[str, object], path: str) -> Json:
    """Return what an item adds to an assistant's message."""
    match kind:
        case "message":
            return _assistant_message(item.get("content"), f"{path}.content")
        case "reasoning":
            thought = _texts(item.get("content")) or _texts(item.get("summary"))
            if not thought and item.get("encrypted_content"):
                raise not_held(f"{path}.encrypted_content", "a chat")
            return {"reasoning_content": thought}
        case "function_call":
            arguments = item.get("arguments")
            function = {
                "name": item.get("name"),
                "arguments": as_object(arguments if isinstance(arguments, str) else ""),
            }
            return {"tool_calls": [{"id": item.get("call_id"), "type": "function", "function": function}]}
        case _:
            raise not_held(path, "a chat")


def _assistant_message(content: object, path: str) -> Json:
    if isinstance(content, str):
        return {"content": content}
    parts = content if isinstance(content, list) else []
    refusals = [part for part in parts if isinstance(part, Mapping) and part.get("type") == "refusal"]
    spoken = converted_parts([part for part in parts if part not in refusals], path, _part)
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


def _part(part: object, path: str) -> Json:
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
            raise not_held(path, "a chat")


def _texts(parts: object) -> str:
    pieces = parts if isinstance(parts, list) else []
    return "".join(str(part.get("text") or "") for part in pieces if isinstance(part, Mapping))
