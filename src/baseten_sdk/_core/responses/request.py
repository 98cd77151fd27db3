"""Builds the request of a response: what the caller set, in the form of the wire, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pydantic import BaseModel

from ...errors import InvalidRequestError
from ...types.chat import ChatCompletionMessage
from ...types.response_items import ResponseItem
from ...types.response_params import ResponseInput, ResponseInputItem, ResponseOptions
from ...types.tool_calls import as_object
from ..chat.request import unparsed
from ..request.model_request import model_request
from ..request.options import Options
from ..request.parameters import Parameters
from ..request.request import Request
from ..request.service_urls import BaseURL
from .tools import flat

PATH = "responses"

PARAMETERS = Parameters(frozenset(ResponseOptions.__optional_keys__), "responses")

STATELESS = {
    "previous_response_id": "Put the earlier items into input instead: "
    'input=[*earlier, *response.output, {"role": "user", "content": "..."}].',
    "conversation": 'Put its items into input instead: input=[*earlier, {"role": "user", "content": "..."}].',
    "store": "Leave it out, and keep response.output yourself.",
    "background": "Use async_predict of a deployment for long work, or stream the response.",
}
"""Parameters of a service that stores responses, and what to do instead."""


def response_request(
    base: BaseURL, model: str, given: ResponseInput, params: Mapping[str, object], options: Options, *, stream: bool
) -> Request:
    """Build the request of a response.

    Args:
        base: Where the model is served.
        model: Its name there.
        params: Parameters other than options. None is the same as leaving one out.
        stream: Whether the response comes as events. The body always says it, because some servers stream by default.

    Raises:
        InvalidRequestError: The input is invalid, the service would have to store responses, or a value cannot be
            encoded. The message has the path.
    """
    body: dict[str, object] = {"model": model, "input": input_param(given)}
    if params:
        body |= {name: value for name, value in params.items() if value is not None}
        _check_stateless(body)
        if isinstance(text := body.get("text"), Mapping) and "format" not in text:
            body["text"] = {"format": {"type": "text"}, **text}
        if "tool_choice" in body:
            body["tool_choice"] = flat(body["tool_choice"])
    body["stream"] = stream
    return model_request(base, PATH, body, options, stream=stream)


def _check_stateless(body: dict[str, object]) -> None:
    """Refuse parameters that need stored responses. Drop those that say that none is needed."""
    for name, instead in STATELESS.items():
        if name in body and body.pop(name) is not False:
            raise InvalidRequestError(f"{name} cannot be used: Baseten does not store responses. {instead}")


def input_param(given: ResponseInput) -> str | list[Mapping[str, object]]:
    """Return the input in the form to send: a text, or items as plain dicts.

    Raises:
        InvalidRequestError: It is neither, or empty. The message has the path.
    """
    if isinstance(given, str):
        if not given:
            raise InvalidRequestError("input must not be empty.")
        return given
    if isinstance(given, bytes | bytearray | Mapping | BaseModel) or not isinstance(given, Iterable):
        hint = " Pass response.output to send a response back." if isinstance(given, BaseModel) else ""
        raise InvalidRequestError(
            f'input must be a text, or a list of items such as [{{"role": "user", "content": "Hi"}}], not a '
            f"{type(given).__name__}.{hint}"
        )
    items = [_item_param(f"input[{index}]", item) for index, item in enumerate(given)]
    if not items:
        raise InvalidRequestError("input must not be empty.")
    return items


def as_items(given: ResponseInput) -> list[ResponseInputItem]:
    """Return the input as a list of items to append to. A text becomes a user message.

    Raises:
        InvalidRequestError: It is neither.
    """
    if isinstance(given, Iterator):
        given = list(given)
    input_param(given)
    return [{"role": "user", "content": given}] if isinstance(given, str) else [*given]


def _item_param(path: str, item: object) -> Mapping[str, object]:
    if isinstance(item, Mapping):
        return _with_arguments(item)
    if isinstance(item, ResponseItem):
        return item.to_param()
    if isinstance(item, ChatCompletionMessage):
        raise InvalidRequestError(
            f"{path} is a message of a chat: make items of the whole conversation with "
            "baseten_sdk.histories.to_responses(messages)."
        )
    if isinstance(item, BaseModel) and {"type", "role"} & type(item).model_fields.keys():
        return _with_arguments(_without_parsed(item.model_dump(mode="json", by_alias=True, exclude_none=True)))
    hint = " Pass *response.output to send a response back." if hasattr(item, "output") else ""
    raise InvalidRequestError(f"{path} must be a dict or an item of a response, not a {type(item).__name__}.{hint}")


def _with_arguments(item: Mapping[str, object]) -> Mapping[str, object]:
    """Return an item in the form that engines accept: the arguments of a call are a JSON object."""
    arguments = item.get("arguments")
    if item.get("type") != "function_call" or not isinstance(arguments, str | None):
        return item
    return {**item, "arguments": as_object(arguments or "")}


def _without_parsed(fields: dict[str, object]) -> dict[str, object]:
    parts = fields.get("content")
    if isinstance(parts, list):
        fields["content"] = [unparsed(part) if isinstance(part, dict) else part for part in parts]
    return unparsed(fields)


def text_param(text: object, response_format: Mapping[str, object]) -> dict[str, object]:
    """Return the `text` parameter, with a chat's `response_format` as its format.

    Raises:
        InvalidRequestError: It has a format already.
    """
    given = text if isinstance(text, Mapping) else {}
    if given.get("format"):
        raise InvalidRequestError("text has a format already: leave it out, or leave out text_format.")
    schema = response_format.get("json_schema")
    fields = schema if isinstance(schema, Mapping) else {}
    return {**given, "format": {"type": response_format.get("type"), **fields}}
