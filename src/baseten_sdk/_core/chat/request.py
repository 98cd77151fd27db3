"""A chat call as a request: what the caller set, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import get_origin

from pydantic import BaseModel

from ..._kinds import type_name
from ...config import CallOptions
from ...errors import InvalidRequestError
from ...types.chat import ChatCompletionMessage, ToolCall
from ...types.params import ChatOptions, Message
from ...types.tool_calls import as_object
from ..request.accept import ACCEPT_JSON, ACCEPT_STREAM
from ..request.options import Options
from ..request.parameters import split_parameters
from ..request.payload import Payload
from ..request.request import Request, build
from ..request.routing import BaseURL

PARSED = ("parsed", "parsed_arguments")
"""What messages of other packages, and functions in them, hold beside what was sent."""

PARAMETERS = frozenset(ChatOptions.__optional_keys__)


def chat_request(
    place: BaseURL,
    model: str,
    messages: Iterable[Message],
    params: Mapping[str, object],
    options: Options,
    *,
    stream: bool,
) -> Request:
    """Put a chat call together.

    Args:
        place: where the model is served.
        model: its name there.
        messages: the conversation.
        params: the parameters that are not options of the call; None is the same as absent.
        options: what holds for the call.
        stream: whether the answer is to come in chunks.

    Raises:
        InvalidRequestError: the messages are not a sequence of messages, or a value has no JSON form.
    """
    body: dict[str, object] = {"model": model, "messages": message_params(messages)}
    body |= {name: value for name, value in params.items() if value is not None}
    if stream:
        body["stream"] = True
    return build(
        "POST",
        place.at("chat/completions"),
        options,
        accept=ACCEPT_STREAM if stream else ACCEPT_JSON,
        first_byte=place.first_byte,
        payload=Payload(json=body),
        model=place.model,
    )


def message_params(messages: Iterable[Message]) -> list[Mapping[str, object]]:
    """The messages as plain dicts; one that a model sent goes back with what it had.

    The tool calls among them are brought into the form that engines take: there is no empty list of them, and their
    arguments are JSON objects.

    Raises:
        InvalidRequestError: they are not a sequence of messages, or there are none.
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
        if isinstance(message, ChatCompletionMessage):
            plain.append(message.to_param())
        elif isinstance(message, Mapping):
            plain.append(_with_calls(message) if "tool_calls" in message else message)
        elif isinstance(message, BaseModel) and "role" in type(message).model_fields:
            plain.append(_with_calls(_unparsed(message.model_dump(mode="json", exclude_none=True))))
        else:
            raise InvalidRequestError(
                f"messages[{index}] must be a dict or a message of a reply, not a {type(message).__name__}."
            )
    if not plain:
        raise InvalidRequestError("messages must not be empty.")
    return plain


def _with_calls(message: Mapping[str, object]) -> Mapping[str, object]:
    """A message with its tool calls in the form that engines take; none where there are none."""
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
    return {**call, "function": {**_unparsed(function), "arguments": as_object(arguments or "")}}


def _unparsed(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if name not in PARSED}


def check_format(response_format: object) -> None:
    """Refuse a response format that is not a dict.

    Raises:
        InvalidRequestError: It is a type, which belongs to `parse`, or something else.
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


def split_params(params: Mapping[str, object]) -> tuple[dict[str, object], CallOptions]:
    """Keyword arguments, parted into what goes into the body and the options of the call.

    Raises:
        TypeError: there is no such parameter; extra_body takes any.
    """
    return split_parameters(params, PARAMETERS, "chat.completions")
