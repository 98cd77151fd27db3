"""Converts the messages of a chat into turns of messages, in Anthropic's form.

What both forms can express is kept, in order. What only a chat can express is an error that names the path.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NotRequired

from typing_extensions import TypedDict

from ..._json_reading import decode_reply
from ...errors import InvalidRequestError
from ...types.message_params import MessageTurn, System
from ...types.params import Message
from ..chat.conversion import Json, check_fields, converted_parts, message_fields, not_held
from ..chat.request import message_params

DATA = re.compile(r"data:(?P<kind>[^;,]+);base64,(?P<data>.*)", re.DOTALL)


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
        check_fields(message, message_fields(role), path, "messages")
        content = message.get("content")
        if role in ("system", "developer"):
            if found:
                raise InvalidRequestError(f"{path} is a system message after other messages; it must come first.")
            written = converted_parts(content, f"{path}.content", _block)
            plain_system += [content] if isinstance(content, str) else []
            system += _as_list(written)
        elif role == "tool":
            result = {"type": "tool_result", "tool_use_id": message.get("tool_call_id")}
            if results is None:
                results = []
                found.append({"role": "user", "content": results})
            results.append({**result, "content": converted_parts(content, f"{path}.content", _block)})
        elif role == "user":
            written = converted_parts(content, f"{path}.content", _block)
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
    written = converted_parts(content, f"{path}.content", _block) if content else []
    made += _as_list(written)
    for number, call in enumerate(calls if isinstance(calls, Sequence) else ()):
        made.append(_tool_use(call, f"{path}.tool_calls[{number}]"))
    return made


def _tool_use(call: object, path: str) -> Json:
    match call:
        case {"id": id, "function": {"name": str(name), "arguments": str(arguments)}}:
            return {"type": "tool_use", "id": id, "name": name, "input": decode_reply(arguments.encode())}
        case _:
            raise not_held(path, "messages")


def _as_list(written: str | list[Json]) -> list[Json]:
    return [{"type": "text", "text": written}] if isinstance(written, str) else written


def _block(part: object, path: str) -> Json:
    match part:
        case {"type": "text", "text": str(text), **rest} if not any(rest.values()):
            return {"type": "text", "text": text}
        case {"type": "image_url", "image_url": {"url": str(url), **how}, **rest} if not any(rest.values()):
            if how.get("detail") not in (None, "auto"):
                raise not_held(f"{path}.image_url.detail", "messages")
            found = DATA.fullmatch(url)
            if found is None:
                return {"type": "image", "source": {"type": "url", "url": url}}
            return {"type": "image", "source": {"type": "base64", "media_type": found["kind"], "data": found["data"]}}
        case _:
            raise not_held(path, "messages")
