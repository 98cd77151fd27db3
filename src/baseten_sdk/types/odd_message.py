"""A message, or a delta of one, that is not in OpenAI's form, brought into it.

Owns which forms are known: content as a list of parts, with what the model thought among them, or as one part;
reasoning as a list or an object; a refusal of false; tool calls as an object. It must not know the types of messages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic_core import core_schema

from .annotations import LENIENT

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler


THOUGHTS = ("thinking", "reasoning", "redacted_thinking")
"""Kinds of content parts that are not the answer."""

OTHER_PARTS = "content_parts"
"""The field that keeps the parts of a content which are not text."""

TEXTS = ("text", "thinking", "reasoning", "content", "summary")
"""Where an object keeps its text."""


@dataclass(frozen=True, slots=True)
class OddMessage:
    """Annotation of a message: when a reply is read leniently, other forms of it are brought into OpenAI's."""

    def __get_pydantic_core_schema__(
        self, source: type[object], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return _changed_first(handler(source), _in_openai_form)


@dataclass(frozen=True, slots=True)
class OddChoice:
    """Annotation of a choice: one that says why it ended and has no message, as filters leave it, has an empty one."""

    def __get_pydantic_core_schema__(
        self, source: type[object], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return _changed_first(handler(source), _with_message)


def _changed_first(
    plain: core_schema.CoreSchema, change: Callable[[dict[str, object]], dict[str, object]]
) -> core_schema.CoreSchema:
    """Change an object before it is validated, when a reply is read leniently."""

    def changed(value: object, info: core_schema.ValidationInfo) -> object:
        return change(value) if info.context is LENIENT and isinstance(value, dict) else value

    return core_schema.json_or_python_schema(plain, core_schema.with_info_before_validator_function(changed, plain))


def _with_message(choice: dict[str, object]) -> dict[str, object]:
    if choice.get("message") is not None:
        return choice
    reason = choice.get("finish_reason")
    ended = isinstance(reason, str) and bool(reason)
    return {**choice, "message": {}} if ended and choice.keys().isdisjoint(("delta", "text")) else choice


def reasoning_of(fields: Mapping[str, object] | None) -> str | None:
    """Return what is under the other name of `reasoning_content`, as text."""
    value = fields.get("reasoning") if fields else None
    return value if isinstance(value, str) else text_of(value)


def text_of(value: object) -> str | None:
    """Return the text of a list of parts, or of an object; None where it holds none."""
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


def _in_openai_form(odd: dict[str, object]) -> dict[str, object]:
    message = dict(odd)
    content = message.get("content")
    if isinstance(content, list):
        _split_content(message, content)
    elif isinstance(content, dict) and "type" in content:
        _split_content(message, [content])
    for name in ("reasoning_content", "refusal"):
        if name in message and not isinstance(message[name], str):
            message[name] = text_of(message[name])
    calls = message.get("tool_calls")
    if not calls:
        message.pop("tool_calls", None)
    elif isinstance(calls, dict):
        message["tool_calls"] = [calls] if "function" in calls else list(calls.values())
    return message


def _split_content(message: dict[str, object], parts: list[object]) -> None:
    """Part a list of content parts into text, reasoning, and parts that are neither, such as images and references.

    Without any text, those leave the list as it is.
    """
    texts: list[str] = []
    thoughts: list[str] = []
    others: list[object] = []
    for part in parts:
        text = text_of(part)
        if isinstance(part, dict) and part.get("type") in THOUGHTS:
            thoughts.append(text or "")
        elif text is not None:
            texts.append(text)
        elif part is not None:
            others.append(part)
    if others and not texts:
        return
    message["content"] = "".join(texts)
    if others:
        message[OTHER_PARTS] = others
    if thoughts and not message.get("reasoning_content"):
        message["reasoning_content"] = "".join(thoughts)
