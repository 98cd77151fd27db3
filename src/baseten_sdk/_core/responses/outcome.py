"""What was asked for of a response: an object, calls with valid arguments, or both. Read as a chat's answer is."""

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
from ..schema.tool import Toolbox
from .completion import as_completion

T = TypeVar("T")


class Outcome(Generic[T]):
    """What was asked for.

    Attributes:
        schema: the type of the answer, if one was asked for.
        toolbox: the tools, by which the arguments of calls are read.
    """

    __slots__ = ("schema", "toolbox")

    def __init__(self, toolbox: Toolbox, schema: Schema[T] | None) -> None:
        self.toolbox = toolbox
        self.schema = schema

    def read(self, response: ModelResponse, attempts: Sequence[ModelResponse]) -> ParsedResponse[T]:
        """The response with what was asked for, which its parts are told of too.

        Args:
            response: the last reply.
            attempts: every reply.

        Raises:
            OutputError: it is not there.
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
        """Tell the end of a text of the object that it holds, if it is a valid one."""
        if self.schema is not None:
            try:
                attach_note(event, "parsed", read_text(self.schema, event.text))
            except ValueError:
                return


def with_correction(given: ResponseInput, error: OutputValidationError) -> list[ResponseInputItem]:
    """The input, with the answer and what is wrong with it."""
    items: list[ResponseInputItem] = [{"role": "user", "content": given}] if isinstance(given, str) else [*given]
    return [
        *items,
        {"role": "assistant", "content": error.completion.text},
        {"role": "user", "content": REQUEST.format(problem=error.message)},
    ]
