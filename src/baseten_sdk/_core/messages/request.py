"""Builds the request of a messages call, and checks it before it is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike

from pydantic import BaseModel

from ..._numbers import as_number
from ...errors import InvalidRequestError
from ...types.message_params import MessagesOptions, MessageTurn, System
from ...types.messages import Message
from ..request.model_request import model_request
from ..request.options import Options
from ..request.parameters import Parameters
from ..request.request import Request
from ..request.service_urls import BaseURL

PATH = "messages"

PARAMETERS = Parameters(frozenset(MessagesOptions.__optional_keys__), "messages")

ROLES = ("user", "assistant")

ELSEWHERE = {
    "system": "The system prompt is an argument of its own: system=...",
    "developer": "The system prompt is an argument of its own: system=...",
    "tool": 'The result of a tool is a block in a user\'s turn: {"type": "tool_result", "tool_use_id": ..., ...}. '
    "to_messages() converts a chat's history.",
}
"""What to use here instead of these roles of a chat."""


def messages_request(
    base: BaseURL,
    model: str,
    messages: Iterable[MessageTurn],
    max_tokens: int,
    params: Mapping[str, object],
    options: Options,
    *,
    system: System | None = None,
    more: Mapping[str, object] | None = None,
    stream: bool = False,
) -> Request:
    """Build the request of a messages call.

    Args:
        base: Where the model is served.
        model: Its name there.
        max_tokens: The most tokens of the answer.
        params: Parameters other than options. None is the same as leaving one out.
        more: The tools in the form to send, and `tool_choice` if one of them must be called.
        stream: Whether the answer comes as events.

    Raises:
        InvalidRequestError: Something cannot be sent. The message has its path.
    """
    most = max_tokens if type(max_tokens) is int else as_number(max_tokens)
    if not isinstance(most, int) or isinstance(most, bool) or most < 1:
        raise InvalidRequestError(f"max_tokens must be a whole number of at least 1, not {max_tokens!r}.")
    body: dict[str, object] = {"model": model, "messages": turns(messages), "max_tokens": most}
    if system:
        body["system"] = system if isinstance(system, str) else blocks(system, "system")
    if params or more:
        body |= {name: value for name, value in params.items() if value is not None}
        body |= {name: value for name, value in (more or {}).items() if value}
        check_params(body)
    if stream:
        body["stream"] = True
    return model_request(base, PATH, body, options, stream=stream)


def check_params(body: dict[str, object]) -> None:
    """Check parameters, and convert `thinking` to the form that the service accepts.

    Raises:
        InvalidRequestError: One has a wrong type.
    """
    for name in ("thinking", "tool_choice", "output_config"):
        value = body.get(name)
        if value is not None and not isinstance(value, Mapping):
            raise InvalidRequestError(f'{name} must be a dict with a "type", not {value!r}.')
    thinking = body.get("thinking")
    if thinking is not None and isinstance(thinking, Mapping) and thinking.get("type") == "adaptive":
        body["thinking"] = {**thinking, "type": "enabled"}
    stops = body.get("stop_sequences")
    if isinstance(stops, str):
        raise InvalidRequestError(f"stop_sequences must be a list of texts: [{stops!r}].")


def turns(messages: Iterable[MessageTurn]) -> list[Mapping[str, object]]:
    """Return the conversation as plain dicts. A message that a model sent keeps all its fields.

    Raises:
        InvalidRequestError: It is empty, or not a sequence of turns. The message has the path.
    """
    if type(messages) is not list and (
        isinstance(messages, str | bytes | Mapping) or not isinstance(messages, Iterable)
    ):
        raise InvalidRequestError(
            'messages must be a list of turns, such as [{"role": "user", "content": "Hi"}], not a '
            f"{type(messages).__name__}."
        )
    plain = [_turn(turn, index) for index, turn in enumerate(messages)]
    if not plain:
        raise InvalidRequestError("messages must not be empty.")
    return plain


def _turn(turn: MessageTurn, index: int) -> Mapping[str, object]:
    if type(turn) is not dict:
        if isinstance(turn, Message):
            return turn.to_param()
        if isinstance(turn, BaseModel) and "role" in type(turn).model_fields:
            turn = turn.model_dump(mode="json", exclude_none=True, include={"role", "content"})
        if not isinstance(turn, Mapping):
            raise InvalidRequestError(
                f"messages[{index}] must be a dict or a message of a reply, not a {type(turn).__name__}."
            )
    role, content = turn.get("role"), turn.get("content")
    if role not in ROLES:
        raise InvalidRequestError(
            f"messages[{index}].role must be user or assistant, not {role!r}. {_where(role)}".rstrip()
        )
    if isinstance(content, str):
        return turn
    path = f"messages[{index}]"
    if not isinstance(content, Iterable) or isinstance(content, bytes | Mapping):
        raise InvalidRequestError(f"{path}.content must be text or a list of blocks, not {type(content).__name__}.")
    return {**turn, "content": blocks(content, f"{path}.content")}


def _where(role: object) -> str:
    return ELSEWHERE.get(role, "") if isinstance(role, str) else ""


def blocks(content: Iterable[object], path: str) -> list[Mapping[str, object]]:
    """Return blocks as plain dicts.

    Raises:
        InvalidRequestError: One is not a block. The message has its path.
    """
    return [_block(block, f"{path}[{index}]") for index, block in enumerate(content)]


def _block(block: object, path: str) -> Mapping[str, object]:
    if isinstance(block, BaseModel):
        block = block.model_dump(mode="json", exclude_none=True) if "type" in type(block).model_fields else None
    if not isinstance(block, Mapping) or not isinstance(block.get("type"), str):
        raise InvalidRequestError(f'{path} must be a block with a type, such as {{"type": "text", "text": "Hi"}}.')
    source = block.get("source")
    if isinstance(source, Mapping) and isinstance(source.get("data"), PathLike):
        # As JSON, a path is its own text.
        advice = "base64.b64encode(path.read_bytes()).decode()"
        raise InvalidRequestError(f"{path}.source.data is a path. Send what the file holds: {advice}.")
    content = block.get("content")
    if isinstance(content, list | tuple):
        return {**block, "content": blocks(content, f"{path}.content")}
    return block
