"""Builds the request of a chat call: what the caller set, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import get_origin

from pydantic import BaseModel

from ..._kinds import type_name
from ...errors import InvalidRequestError
from ...types.chat import ChatCompletionMessage, ToolCall
from ...types.params import ChatOptions, Message
from ...types.tool_calls import as_object
from ..request.model_request import model_request
from ..request.options import Options
from ..request.parameters import Parameters
from ..request.request import Request
from ..request.service_urls import BaseURL

PARSED = ("parsed", "parsed_arguments")
"""Fields that other packages add to messages, items and function calls after parsing."""

PARAMETERS = Parameters(frozenset(ChatOptions.__optional_keys__), "chat.completions")


def chat_request(
    base: BaseURL,
    model: str,
    messages: Iterable[Message],
    params: Mapping[str, object],
    options: Options,
    *,
    stream: bool,
) -> Request:
    """Build the request of a chat call.

    Args:
        base: Where the model is served.
        model: Its name there.
        params: Parameters other than options. None is the same as leaving one out.
        stream: Whether the answer comes in chunks.

    Raises:
        InvalidRequestError: The messages are not a sequence of messages, or a value cannot be encoded.
    """
    body: dict[str, object] = {"model": model, "messages": message_params(messages)}
    body |= {name: value for name, value in params.items() if value is not None}
    if stream:
        body["stream"] = True
    return model_request(base, "chat/completions", body, options, stream=stream)


def message_params(messages: Iterable[Message]) -> list[Mapping[str, object]]:
    """Return the messages as plain dicts. A message that a model sent keeps all its fields.

    Tool calls are converted to what engines accept: no empty list of calls, and arguments that are JSON objects.

    Raises:
        InvalidRequestError: They are not a sequence of messages, or there are none.
    """
    if type(messages) is not list and (
        isinstance(messages, str | bytes | Mapping) or not isinstance(messages, Iterable)
    ):
        raise InvalidRequestError(
            'messages must be a list of messages, such as [{"role": "user", "content": "Hi"}], not a '
            f"{type(messages).__name__}."
        )
    plain: list[Mapping[str, object]] = []
    for index, message in enumerate(messages):
        if isinstance(message, Mapping):
            plain.append(_with_calls(message) if "tool_calls" in message else message)
        elif isinstance(message, ChatCompletionMessage):
            plain.append(message.to_param())
        elif isinstance(message, BaseModel) and "role" in type(message).model_fields:
            plain.append(_with_calls(unparsed(message.model_dump(mode="json", exclude_none=True))))
        else:
            raise InvalidRequestError(
                f"messages[{index}] must be a dict or a message of a reply, not a {type(message).__name__}."
            )
    if not plain:
        raise InvalidRequestError("messages must not be empty.")
    return plain


def _with_calls(message: Mapping[str, object]) -> Mapping[str, object]:
    """Return a message whose tool calls are in the form that engines accept, without the field if there are none."""
    calls = message.get("tool_calls")
    if not calls:
        return {name: value for name, value in message.items() if name != "tool_calls"}
    return {**message, "tool_calls": [_with_arguments(call) for call in calls]} if isinstance(calls, list) else message


def _with_arguments(call: object) -> object:
    if isinstance(call, ToolCall):
        return call.to_param()
    function = call.get("function") if isinstance(call, Mapping) else None
    arguments = function.get("arguments") if isinstance(function, Mapping) else None
    if not isinstance(call, Mapping) or not isinstance(function, Mapping) or not isinstance(arguments, str | None):
        return call
    return {**call, "function": {**unparsed(function), "arguments": as_object(arguments or "")}}


def unparsed(fields: Mapping[str, object]) -> dict[str, object]:
    """Return the fields without those that other packages add after parsing."""
    return {name: value for name, value in fields.items() if name not in PARSED}


def check_format(response_format: object) -> None:
    """Refuse a response format that is not a dict.

    Raises:
        InvalidRequestError: It is a type, which belongs in `parse`, or something else.
    """
    if response_format is None or isinstance(response_format, Mapping):
        return
    if isinstance(response_format, type) or get_origin(response_format) is not None:
        name = type_name(response_format)
        raise InvalidRequestError(
            f"response_format must be a dict here. For an answer of the type {name}, use parse(response_format={name})."
        )
    raise InvalidRequestError(
        f'response_format must be a dict such as {{"type": "json_object"}}, not {type(response_format).__name__}. For '
        "an answer of a type, use parse(response_format=...) with the class."
    )
