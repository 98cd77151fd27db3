"""Converts messages and deltas in other forms to OpenAI's form.

The known forms are: content as one part, or as a list of parts, with reasoning among them; reasoning as a list or an
object; false as a refusal; tool calls as an object. It must not know the types of messages.
"""

from __future__ import annotations

from collections.abc import Mapping

THOUGHTS = ("thinking", "reasoning", "redacted_thinking")
"""Kinds of content parts that are not the answer."""

OTHER_PARTS = "content_parts"
"""The field that keeps the parts of a content which are not text."""

TEXTS = ("text", "thinking", "reasoning", "content", "summary")
"""Where an object keeps its text."""


def with_message(choice: dict[str, object]) -> dict[str, object]:
    """Add an empty message to a choice that says why it ended and has none, as content filters leave it."""
    if choice.get("message") is not None:
        return choice
    reason = choice.get("finish_reason")
    ended = isinstance(reason, str) and bool(reason)
    return {**choice, "message": {}} if ended and choice.keys().isdisjoint(("delta", "text")) else choice


def reasoning_of(fields: Mapping[str, object] | None) -> str | None:
    """Return `reasoning`, the other name of `reasoning_content`, as text."""
    value = fields.get("reasoning") if fields else None
    return value if isinstance(value, str) else text_of(value)


def text_of(value: object) -> str | None:
    """Return the text of a list of parts, or of an object. None if there is none."""
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


def in_openai_form(odd: dict[str, object]) -> dict[str, object]:
    """Convert a message or a delta."""
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
    """Split a list of content parts into text, reasoning, and others, such as images and references.

    A list with others but no text stays as it is.
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
