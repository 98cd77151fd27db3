"""Asking for a typed answer, and asking again after one that does not validate."""

from __future__ import annotations

from ...errors import InvalidRequestError, OutputValidationError
from ...types.params import Message

REQUEST = "{problem}\nAnswer again with the corrected JSON alone."


def check_question(output_retries: int, *, typed: bool, field: str = "response_format") -> None:
    """Refuse arguments of `parse` that make no sense.

    Args:
        output_retries: how often it may be asked again.
        typed: whether there is a type, or a tool, to read the answer by.
        field: the argument that takes the type.

    Raises:
        InvalidRequestError: they do not.
    """
    if output_retries < 0:
        raise InvalidRequestError(f"output_retries must be at least 0, not {output_retries!r}.")
    if not typed:
        raise InvalidRequestError(f"parse needs {field}= or tools=; use create where neither is wanted.")


def with_correction(messages: list[Message], error: OutputValidationError) -> list[Message]:
    """The conversation, with the answer and what is wrong with it."""
    return [
        *messages,
        {"role": "assistant", "content": error.completion.text},
        {"role": "user", "content": REQUEST.format(problem=error.message)},
    ]
