"""A completion together with the requested object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from ..errors import OutputValidationError
from .chat import ChatCompletion, ChatCompletionMessage, Choice, Usage
from .meta import Meta
from .tool_calls import ParsedToolCall

__all__ = ["Parsed"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Parsed(Generic[T]):
    """What `parse` returns.

    Attributes:
        completion: the reply; after re-asking, the last one.
        outputs: the object, as a tuple of one; empty where the model called tools instead, or no type was asked for.
        tool_calls: the tool calls, with validated arguments.
        attempts: every reply, the ones that were not valid included.
    """

    completion: ChatCompletion
    outputs: tuple[T, ...]
    tool_calls: tuple[ParsedToolCall, ...] = ()
    attempts: tuple[ChatCompletion, ...] = ()

    @property
    def parsed(self) -> T:
        """The object; None only where None is the requested type.

        Raises:
            OutputValidationError: the model called tools instead of answering, or no type was asked for.
        """
        if not self.outputs:
            called = self.tool_calls or self.message.tool_calls
            why = "The model called tools instead of answering." if called else "No type was asked for."
            raise OutputValidationError(why, completion=self.completion)
        return self.outputs[0]

    @property
    def choices(self) -> list[Choice]:
        """The choices of the reply; `choices[0].message.parsed` is the object too, as OpenAI's users have it."""
        return self.completion.choices

    @property
    def id(self) -> str:
        """Id of the completion."""
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
        """Tokens of all attempts together."""
        return ChatCompletion.usage_of(self.attempts or (self.completion,))

    @property
    def meta(self) -> Meta:
        """What is known of the exchange behind the reply."""
        return self.completion.meta
