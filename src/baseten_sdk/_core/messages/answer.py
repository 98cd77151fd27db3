"""Gets an answer of a type through a tool that the model has to call.

Not all servers of messages have a parameter for a schema. All of them have tools.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from ...errors import InvalidRequestError, OutputValidationError
from ...types.chat import ChatCompletion
from ...types.message_completion import as_completion
from ...types.message_params import MessageTurn
from ...types.messages import Message
from ...types.parsed_message import ParsedMessage
from ...types.reply import attach_note
from ..chat.answer import REQUEST, AnswerForm, Calls

T = TypeVar("T")

TOOL = "final_answer"

DESCRIPTION = "Give the final answer, in this form."


class MessageAnswerForm(AnswerForm[T, Message, Sequence[MessageTurn], ParsedMessage[T]]):
    """What the answer of a messages call must be."""

    __slots__ = ()

    argument = "output_format"

    def params(self, tools: Sequence[Mapping[str, object]]) -> dict[str, object]:
        """Return the parameters with the tools and the obligation to call one of them.

        Raises:
            InvalidRequestError: A tool has the reserved name of the answer's tool.
        """
        if self.schema is None:
            return {"tools": tools}
        if self.toolbox.knows(TOOL):
            raise InvalidRequestError(f"No tool may be called {TOOL!r} here: the name is reserved for the answer.")
        answer = {"name": TOOL, "description": DESCRIPTION, "input_schema": self.schema.schema}
        choice = {"type": "any"} if tools else {"type": "tool", "name": TOOL}
        return {"tools": [*tools, answer], "tool_choice": choice}

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
