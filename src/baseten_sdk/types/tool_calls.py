"""A tool call whose arguments were read."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel

__all__ = ["ParsedToolCall"]


@dataclass(frozen=True, slots=True)
class ParsedToolCall:
    """A call of a tool.

    Attributes:
        id: its id, to be answered with.
        name: name of the tool.
        arguments: the arguments as the model wrote them, JSON text.
        parsed: the arguments, validated: an instance of the model that was given as a tool, or of the one made from the
            function's signature. None where the tool was given as a plain dict, or is unknown.
    """

    id: str
    name: str
    arguments: str
    parsed: BaseModel | None = None
