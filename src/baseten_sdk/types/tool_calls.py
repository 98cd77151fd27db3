"""A tool call whose arguments were read."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel
from pydantic_core import from_json, to_json

from .._characters import whole_escapes

RAW = "raw_arguments"
"""The name under which arguments that are not a JSON object go back to the server."""


def is_nothing(arguments: str) -> bool:
    """Whether a call has no arguments."""
    return arguments.strip() in ("", "null")


def as_object(arguments: str) -> str:
    """Return the arguments of an earlier call in the form to send back: always a JSON object.

    Engines parse the whole history with each request. Once it holds a call that is unfinished, or in another form, they
    answer 400 every time.
    """
    if is_nothing(arguments):
        return "{}"
    whole = whole_escapes(arguments)
    try:
        value: object = from_json(whole, allow_inf_nan=False)
    except ValueError:
        value = None
    return whole if isinstance(value, dict) else to_json({RAW: arguments}).decode()


@dataclass(frozen=True, slots=True)
class ParsedToolCall:
    """A tool call.

    Attributes:
        id: The ID of the call. Its result names it.
        name: The name of the tool.
        arguments: The arguments as the model wrote them, as JSON text.
        parsed: The validated arguments: an instance of the pydantic model that was given as a tool, or of the one made
            from the function's signature. None if the tool was given as a plain dict, or is unknown.
    """

    id: str
    name: str
    arguments: str
    parsed: BaseModel | None = None
