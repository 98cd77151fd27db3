"""A message, or a delta of one, that is not in OpenAI's form, brought into it.

Owns which forms are known: content as a list of parts, with what the model thought among them; reasoning as a list or
an object; a refusal of false; tool calls as an empty object. It must not know the types of messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic_core import core_schema

from .reply import LENIENT

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler

__all__ = ["OddMessage", "reasoning_of"]

THOUGHTS = frozenset({"thinking", "reasoning", "redacted_thinking"})
"""Kinds of content parts that are not the answer."""

TEXTS = ("text", "thinking", "reasoning", "content", "summary")
"""Where an object keeps its text."""


@dataclass(frozen=True, slots=True)
class OddMessage:
    """Annotation of a message: when a reply is read leniently, other forms of it are brought into OpenAI's."""

    def __get_pydantic_core_schema__(
        self, source: type[object], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        plain = handler(source)
        return core_schema.json_or_python_schema(
            plain, core_schema.with_info_before_validator_function(_in_openai_form, plain)
        )


def reasoning_of(fields: Mapping[str, object] | None) -> str | None:
    """What is under the other name of `reasoning_content`, as text."""
    value = fields.get("reasoning") if fields else None
    return value if isinstance(value, str) else text_of(value)


def text_of(value: object) -> str | None:
    """The text of a list of parts, or of an object; None where it holds none."""
    match value:
        case str():
            return value
        case list():
            texts = [text for text in map(text_of, value) if text]
            return "".join(texts) if texts else None
        case dict():
            return next((text for text in (text_of(value.get(name)) for name in TEXTS) if text), None)
        case _:
            return None


def _in_openai_form(value: object, info: core_schema.ValidationInfo) -> object:
    if info.context is not LENIENT or not isinstance(value, dict):
        return value
    message = dict(value)
    if isinstance(message.get("content"), list):
        _split_content(message)
    for name in ("reasoning_content", "refusal"):
        if name in message and not isinstance(message[name], str):
            message[name] = text_of(message[name])
    if not message.get("tool_calls"):
        message.pop("tool_calls", None)
    return message


def _split_content(message: dict[str, object]) -> None:
    """Part a list of content parts into text and reasoning. A part that is neither leaves the list as it is."""
    parts = message["content"]
    texts: list[str] = []
    thoughts: list[str] = []
    for part in parts if isinstance(parts, list) else ():
        thinks = isinstance(part, dict) and part.get("type") in THOUGHTS
        text = text_of(part)
        if thinks:
            thoughts.append(text or "")
        elif text is not None:
            texts.append(text)
        else:
            return
    message["content"] = "".join(texts)
    if thoughts and not message.get("reasoning_content"):
        message["reasoning_content"] = "".join(thoughts)
