"""A completion together with the requested object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from ..errors import OutputValidationError
from .chat import ChatCompletion, ChatCompletionMessage, Choice, Usage
from .meta import Meta
from .tool_calls import ParsedToolCall

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Parsed(Generic[T]):
    """The object that `parse` returns, with the reply behind it.

    Attributes:
        completion: The reply. With `output_retries`, the last one.
        outputs: A tuple with the object. Empty if the model called tools instead, or if you asked for no type.
        tool_calls: The tool calls, with validated arguments.
        attempts: Every reply, including those that were not valid.
    """

    completion: ChatCompletion
    outputs: tuple[T, ...]
    tool_calls: tuple[ParsedToolCall, ...] = ()
    attempts: tuple[ChatCompletion, ...] = ()

    @property
    def parsed(self) -> T:
        """The object. It is None only if None is the requested type.

        Raises:
            OutputValidationError: The model called tools instead of answering, or you asked for no type.
        """
        if not self.outputs:
            called = self.tool_calls or self.message.tool_calls
            why = "The model called tools instead of answering." if called else "No type was asked for."
            raise OutputValidationError(why, completion=self.completion)
        return self.outputs[0]

    @property
    def choices(self) -> list[Choice]:
        """The choices of the reply. As with OpenAI's client, `choices[0].message.parsed` is the object too."""
        return self.completion.choices

    @property
    def id(self) -> str:
        """The ID of the completion."""
        return self.completion.id

    @property
    def model(self) -> str:
        """The model that answered."""
        return self.completion.model

    @property
    def message(self) -> ChatCompletionMessage:
        """The message of the first choice."""
        return self.completion.message

    @property
    def text(self) -> str:
        """The text of the first choice."""
        return self.completion.text

    @property
    def usage(self) -> Usage:
        """The tokens of all attempts together."""
        return ChatCompletion.usage_of(self.attempts or (self.completion,))

    @property
    def meta(self) -> Meta:
        """Facts about the HTTP exchange behind the reply."""
        return self.completion.meta
