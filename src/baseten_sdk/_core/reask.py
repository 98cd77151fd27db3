"""Asking again after an answer that did not validate: the conversation that says what was wrong."""

from __future__ import annotations

from ..errors import OutputValidationError
from ..types.params import Message

REQUEST = "{problem}\nAnswer again with the corrected JSON alone."


def reasked(messages: list[Message], error: OutputValidationError) -> list[Message]:
    """The conversation, with the answer and what is wrong with it."""
    return [
        *messages,
        {"role": "assistant", "content": error.completion.text},
        {"role": "user", "content": REQUEST.format(problem=error.message)},
    ]
