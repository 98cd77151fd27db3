"""Reads what was asked of a response: an object, calls with valid arguments, or either."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from ...errors import OutputValidationError
from ...types.chat import ChatCompletion
from ...types.parsed_response import ParsedResponse
from ...types.reply import attach_note
from ...types.response_events import ResponseTextDoneEvent
from ...types.response_params import ResponseInput, ResponseInputItem
from ...types.responses import ModelResponse, attach_output
from ..chat.answer import REQUEST, AnswerForm, Calls
from ..chat.output import read_text
from ..schema.schema import schema_or_none
from ..schema.tool import ToolLike
from .commentary import answer_text
from .completion import as_completion
from .request import as_items
from .tools import toolbox_of

if TYPE_CHECKING:
    from typing_extensions import TypeForm

T = TypeVar("T")


class ResponseAnswerForm(AnswerForm[T, ModelResponse, ResponseInput, ParsedResponse[T]]):
    """What the answer of a response must be."""

    __slots__ = ()

    argument = "text_format"

    @classmethod
    def of(
        cls, kind: TypeForm[T] | None, tools: Sequence[ToolLike] | None, *, strict: bool = True
    ) -> ResponseAnswerForm[T]:
        """Make the form of an answer: of a type, if there is one, or of calls of tools."""
        return ResponseAnswerForm(schema_or_none(kind, strict=strict), toolbox_of(tools))

    def completion(self, reply: ModelResponse) -> ChatCompletion:
        completion = as_completion(reply)
        completion.message.content = answer_text(reply) or None
        return completion

    def corrected(
        self, conversation: ResponseInput, reply: ModelResponse, error: OutputValidationError
    ) -> list[ResponseInputItem]:
        return [
            *as_items(conversation),
            {"role": "assistant", "content": reply.output_text},
            {"role": "user", "content": REQUEST.format(problem=error.message)},
        ]

    def _parsed(
        self, attempts: tuple[ModelResponse, ...], completion: ChatCompletion, outputs: tuple[T, ...], calls: Calls
    ) -> ParsedResponse[T]:
        response = attempts[-1]
        if outputs:
            attach_output(response, outputs[0])
        for item, call in zip(response.function_calls, calls, strict=False):
            if call.parsed is not None:
                attach_note(item, "parsed", call.parsed)
        return ParsedResponse(response, completion, outputs, calls, attempts)

    def note(self, event: ResponseTextDoneEvent) -> None:
        """Add the object to the event at the end of a text, if the text holds a valid one."""
        if self.schema is not None:
            try:
                attach_note(event, "parsed", read_text(self.schema, event.text))
            except ValueError:
                return
