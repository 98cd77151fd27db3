"""Converts the messages of a chat into items of the Responses API.

What both forms can express is kept, in order. What only a chat can express is an error that names the path.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...errors import InvalidRequestError
from ...types.params import Message
from ..chat.conversion import Json, check_fields, converted_parts, message_fields, not_held
from ..chat.request import message_params

WHERE = "the Responses API"

SPEAKERS = ("system", "developer", "user")


def responses_from_chat(messages: Iterable[Message]) -> list[Json]:
    """Convert the messages of a chat into items for `responses.create(input=...)`.

    Raises:
        InvalidRequestError: A message holds what no item can. The text begins with its path.
    """
    items: list[Json] = []
    for index, message in enumerate(message_params(messages)):
        path = f"messages[{index}]"
        role = message.get("role")
        known = message_fields(role) | ({"refusal"} if role == "assistant" else set())
        check_fields(message, known, path, WHERE)
        if role == "assistant":
            items += _assistant_items(message, path)
        elif role == "tool":
            output = _content(message.get("content"), f"{path}.content", "input_text")
            items.append({"type": "function_call_output", "call_id": message.get("tool_call_id"), "output": output})
        elif role in SPEAKERS:
            content = _content(message.get("content"), f"{path}.content", "input_text")
            items.append({"role": role, "content": content})
        else:
            raise InvalidRequestError(f"{path}.role is {role!r}, which the Responses API does not know.")
    return items


def _assistant_items(message: Mapping[str, object], path: str) -> list[Json]:
    items: list[Json] = []
    thought = message.get("reasoning_content") or message.get("reasoning")
    if thought:
        items.append({"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": thought}]})
    spoken, refusal = message.get("content"), message.get("refusal")
    content = _content(spoken, f"{path}.content", "output_text") if spoken else ""
    if refusal:
        parts = [{"type": "output_text", "text": content}] if isinstance(content, str) and content else content or []
        content = [*parts, {"type": "refusal", "refusal": refusal}]
    if content:
        items.append({"role": "assistant", "content": content})
    calls = message.get("tool_calls")
    for number, call in enumerate(calls if isinstance(calls, list) else ()):
        function = call.get("function") if isinstance(call, Mapping) else None
        if not isinstance(call, Mapping) or not isinstance(function, Mapping):
            raise not_held(f"{path}.tool_calls[{number}]", WHERE)
        named = {"call_id": call.get("id"), "name": function.get("name"), "arguments": function.get("arguments")}
        items.append({"type": "function_call", **named})
    return items or [{"role": "assistant", "content": ""}]


def _content(content: object, path: str, kind: str) -> str | list[Json]:
    """Return the content of a message. Its texts become parts of this kind."""
    return converted_parts(content, path, lambda part, where: _part(part, where, kind))


def _part(part: object, path: str, kind: str) -> Json:
    match part:
        case {"type": "text" | "input_text" | "output_text", "text": str(spoken), **rest} if not any(rest.values()):
            return {"type": kind, "text": spoken}
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
            raise not_held(path, WHERE)


def _renamed(kind: str, fields: Mapping[object, object]) -> Json:
    part: Json = {"type": kind}
    part.update((str(name), value) for name, value in fields.items())
    return part
