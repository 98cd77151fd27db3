"""Asks a model again after an answer that is not valid, through any API."""

from __future__ import annotations

from typing import Protocol, TypeVar

from ..._core.chat.answer import AnswerForm
from ...errors import OutputError, OutputValidationError

C = TypeVar("C")
C_contra = TypeVar("C_contra", contravariant=True)
P = TypeVar("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
T = TypeVar("T")


class AsyncComplete(Protocol[C_contra, R_co]):
    """Asks the model for its reply to a conversation."""

    async def __call__(self, conversation: C_contra, /) -> R_co: ...


async def until_valid(
    complete: AsyncComplete[C, R], conversation: C, form: AnswerForm[T, R, C, P], output_retries: int
) -> P:
    """Ask until the answer is valid, at most `output_retries` times after the first."""
    attempts: list[R] = []
    while True:
        reply = await complete(conversation)
        attempts.append(reply)
        try:
            return form.read(attempts)
        except OutputError as error:
            if len(attempts) > output_retries or not isinstance(error, OutputValidationError):
                raise
            conversation = form.corrected(conversation, reply, error)
