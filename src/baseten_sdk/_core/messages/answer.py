"""Gets an answer of a type through a tool that the model has to call.

Not all servers of messages have a parameter for a schema. All of them have tools.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from ...errors import InvalidRequestError, OutputValidationError
from ...types.chat import ChatCompletion
from ...types.message_completion import as_completion
from ...types.message_params import MessageTurn
from ...types.messages import Message
from ...types.tool_calls import ParsedToolCall
from ..chat.correction import REQUEST
from ..chat.output import read_answer
from ..schema.schema import Schema
from ..schema.toolbox import Toolbox

T = TypeVar("T")

TOOL = "final_answer"

DESCRIPTION = "Give the final answer, in this form."


@dataclass(frozen=True, slots=True)
class AnswerForm(Generic[T]):
    """What the answer must be: an object of a type, calls of tools, or either."""

    schema: Schema[T] | None
    toolbox: Toolbox

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

    def read(self, message: Message) -> tuple[tuple[T, ...], tuple[ParsedToolCall, ...]]:
        """Read the object of a message as a tuple of one, or an empty tuple if the message makes calls instead.

        Raises:
            OutputError: It has neither. The error holds the reply as a completion.
        """
        return read_answer(self.schema, self.toolbox, self.completion(message))

    def completion(self, message: Message) -> ChatCompletion:
        """Return the reply in the form of a chat completion. The answer is its text."""
        completion = as_completion(message)
        if self.schema is None:
            return completion
        choice = completion.choices[0]
        given = [call for call in choice.message.tool_calls if call.function.name == TOOL]
        if given:
            choice.message.content = given[0].function.arguments
            choice.message.tool_calls = []
            choice.finish_reason = "stop" if choice.finish_reason == "tool_calls" else choice.finish_reason
        return completion


def with_correction(
    messages: Iterable[MessageTurn], message: Message, error: OutputValidationError
) -> list[MessageTurn]:
    """Return the conversation with the answer, followed by what is wrong with it."""
    problem = REQUEST.format(problem=error.message)
    calls = [block.id for block in message.tool_uses]
    corrections: list[Mapping[str, object]] = [
        {"type": "tool_result", "tool_use_id": each, "content": problem, "is_error": True} for each in calls
    ] or [{"type": "text", "text": problem}]
    spoken: list[MessageTurn] = [message] if message.to_param()["content"] else []
    return [*messages, *spoken, {"role": "user", "content": corrections}]
