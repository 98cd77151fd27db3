"""Gets an answer of a type through a tool that the model has to call.

Not all servers of messages have a parameter for a schema. All of them have tools.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from ...errors import InvalidRequestError, OutputValidationError
from ...types.chat import ChatCompletion
from ...types.message_completion import as_completion
from ...types.message_params import MessageTurn
from ...types.messages import Message
from ...types.parsed_message import ParsedMessage
from ...types.reply import attach_note
from ..chat.answer import REQUEST, AnswerForm, Calls
from ..schema.schema import Schema, schema_or_none
from ..schema.tool import ToolLike
from .tools import message_tools

if TYPE_CHECKING:
    from typing_extensions import TypeForm

T = TypeVar("T")

TOOL = "final_answer"

DESCRIPTION = "Give the final answer, in this form."


class MessageAnswerForm(AnswerForm[T, Message, Sequence[MessageTurn], ParsedMessage[T]]):
    """What the answer of a messages call must be.

    Attributes:
        params: The tools to send, and the obligation to call one of them if a type is asked for.
    """

    __slots__ = ("params",)

    argument = "output_format"

    def __init__(self, schema: Schema[T] | None, tools: Iterable[ToolLike]) -> None:
        sent, toolbox = message_tools(tools)
        super().__init__(schema, toolbox)
        self.params: Mapping[str, object] = {"tools": sent}
        if schema is not None:
            answer = {"name": TOOL, "description": DESCRIPTION, "input_schema": schema.schema}
            choice = {"type": "any"} if sent else {"type": "tool", "name": TOOL}
            self.params = {"tools": [*sent, answer], "tool_choice": choice}

    @classmethod
    def of(
        cls, kind: TypeForm[T] | None, tools: Iterable[ToolLike] | None, *, strict: bool = True
    ) -> MessageAnswerForm[T]:
        """Make the form of an answer: of a type, if there is one, or of calls of tools.

        Raises:
            InvalidRequestError: The type is a dict, or a tool has the reserved name of the answer's tool.
        """
        if isinstance(kind, Mapping):
            raise InvalidRequestError(
                "output_format takes a type. For a dict, use create(output_config={'format': ...})."
            )
        form: MessageAnswerForm[T] = MessageAnswerForm(schema_or_none(kind, strict=strict), tools or ())
        if form.schema is not None and form.toolbox.knows(TOOL):
            raise InvalidRequestError(f"No tool may be called {TOOL!r} here: the name is reserved for the answer.")
        return form

    def completion(self, reply: Message) -> ChatCompletion:
        completion = as_completion(reply)
        if self.schema is None:
            return completion
        choice = completion.choices[0]
        given = [call for call in choice.message.tool_calls if call.function.name == TOOL]
        if given:
            choice.message.content = given[0].function.arguments
            choice.message.tool_calls = []
            choice.finish_reason = "stop" if choice.finish_reason == "tool_calls" else choice.finish_reason
        return completion

    def corrected(
        self, conversation: Sequence[MessageTurn], reply: Message, error: OutputValidationError
    ) -> Sequence[MessageTurn]:
        problem = REQUEST.format(problem=error.message)
        corrections: list[Mapping[str, object]] = [
            {"type": "tool_result", "tool_use_id": block.id, "content": problem, "is_error": True}
            for block in reply.tool_uses
        ] or [{"type": "text", "text": problem}]
        spoken: list[MessageTurn] = [reply] if reply.to_param()["content"] else []
        return [*conversation, *spoken, {"role": "user", "content": corrections}]

    def _parsed(
        self, attempts: tuple[Message, ...], completion: ChatCompletion, outputs: tuple[T, ...], calls: Calls
    ) -> ParsedMessage[T]:
        message = attempts[-1]
        if outputs:
            attach_note(message, "parsed", outputs[0])
        return ParsedMessage(message, outputs, calls, attempts)
