"""Checks the arguments of `parse`, and asks again after an answer that does not validate."""

from __future__ import annotations

from ...errors import InvalidRequestError, OutputValidationError
from ...types.params import Message

REQUEST = "{problem}\nAnswer again with the corrected JSON alone."


def check_question(output_retries: int, *, typed: bool, field: str = "response_format") -> None:
    """Refuse contradictory arguments of `parse`.

    Args:
        output_retries: How often to ask again.
        typed: Whether there is a type or a tool to read the answer with.
        field: The argument that takes the type.

    Raises:
        InvalidRequestError: The arguments make no sense.
    """
    if output_retries < 0:
        raise InvalidRequestError(f"output_retries must be at least 0, not {output_retries!r}.")
    if not typed:
        raise InvalidRequestError(f"parse needs {field}= or tools=; to use neither, call create.")


def with_correction(messages: list[Message], error: OutputValidationError) -> list[Message]:
    """Return the conversation with the answer, followed by what is wrong with it."""
    return [
        *messages,
        {"role": "assistant", "content": error.completion.text},
        {"role": "user", "content": REQUEST.format(problem=error.message)},
    ]
