"""Reads what was asked of a response: an object, calls with valid arguments, or both.

A chat's answer is read in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from ...errors import OutputError, OutputValidationError
from ...types.parsed_response import ParsedResponse
from ...types.reply import attach_note
from ...types.response_events import ResponseTextDoneEvent
from ...types.response_params import ResponseInput, ResponseInputItem
from ...types.responses import ModelResponse, attach_output
from ..chat.correction import REQUEST
from ..chat.output import read_answer, read_text
from ..schema.schema import Schema
from ..schema.toolbox import Toolbox
from .completion import as_completion

T = TypeVar("T")


class ResponseAnswerForm(Generic[T]):
    """What the answer must be: an object of a type, calls with valid arguments, or both.

    Attributes:
        schema: The type of the answer, if one was asked for.
        toolbox: The tools, to validate the arguments of calls.
    """

    __slots__ = ("schema", "toolbox")

    def __init__(self, toolbox: Toolbox, schema: Schema[T] | None) -> None:
        self.toolbox = toolbox
        self.schema = schema

    def read(self, response: ModelResponse, attempts: Sequence[ModelResponse]) -> ParsedResponse[T]:
        """Return the response with what was asked for. Its parts get the parsed values too.

        Args:
            attempts: Every reply.

        Raises:
            OutputError: The response does not contain it.
        """
        completion = as_completion(response)
        try:
            outputs, calls = read_answer(self.schema, self.toolbox, completion)
        except OutputError as error:
            error.attempts = tuple(as_completion(each) for each in attempts)
            raise
        if outputs:
            attach_output(response, outputs[0])
        for item, call in zip(response.function_calls, calls, strict=False):
            if call.parsed is not None:
                attach_note(item, "parsed", call.parsed)
        return ParsedResponse(response, completion, outputs, calls, tuple(attempts))

    def note(self, event: ResponseTextDoneEvent) -> None:
        """Add the object to the event at the end of a text, if the text holds a valid one."""
        if self.schema is not None:
            try:
                attach_note(event, "parsed", read_text(self.schema, event.text))
            except ValueError:
                return


def with_correction(given: ResponseInput, error: OutputValidationError) -> list[ResponseInputItem]:
    """Return the input with the answer, followed by what is wrong with it."""
    items: list[ResponseInputItem] = [{"role": "user", "content": given}] if isinstance(given, str) else [*given]
    return [
        *items,
        {"role": "assistant", "content": error.completion.text},
        {"role": "user", "content": REQUEST.format(problem=error.message)},
    ]
