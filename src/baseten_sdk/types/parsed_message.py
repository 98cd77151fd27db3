"""A message together with the requested object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from ..errors import OutputValidationError
from .message_blocks import ContentBlock
from .message_completion import as_completion
from .messages import Message
from .meta import Meta
from .tool_calls import ParsedToolCall
from .usage import Usage

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ParsedMessage(Generic[T]):
    """The object that `messages.parse` returns, with the reply behind it.

    Attributes:
        message: The reply. With `output_retries`, the last one.
        outputs: A tuple with the object. Empty if the model called tools instead, or if you asked for no type.
        tool_calls: The tool calls, with validated arguments.
        attempts: Every reply, including those that were not valid.
    """

    message: Message
    outputs: tuple[T, ...]
    tool_calls: tuple[ParsedToolCall, ...] = ()
    attempts: tuple[Message, ...] = ()

    @property
    def parsed(self) -> T:
        """The object. It is None only if None is the requested type.

        Raises:
            OutputValidationError: The model called tools instead of answering, or you asked for no type.
        """
        if not self.outputs:
            called = self.tool_calls or self.message.tool_uses
            why = "The model called tools instead of answering." if called else "No type was asked for."
            raise OutputValidationError(why, completion=as_completion(self.message))
        return self.outputs[0]

    @property
    def parsed_output(self) -> T | None:
        """The object, by Anthropic's name; None if there is none."""
        return self.outputs[0] if self.outputs else None

    @property
    def content(self) -> list[ContentBlock]:
        """The blocks of the reply."""
        return self.message.content

    @property
    def stop_reason(self) -> str | None:
        """Why the message ended."""
        return self.message.stop_reason

    @property
    def stop_sequence(self) -> str | None:
        """The stop sequence that ended the message, if one did."""
        return self.message.stop_sequence

    @property
    def role(self) -> str:
        """The role of the message: assistant."""
        return self.message.role

    @property
    def type(self) -> str:
        """The type of the reply: message."""
        return self.message.type

    @property
    def id(self) -> str:
        """The ID of the message."""
        return self.message.id

    @property
    def model(self) -> str:
        """The model that answered."""
        return self.message.model

    @property
    def text(self) -> str:
        """The text of the message. It usually does not contain the object."""
        return self.message.text

    @property
    def usage(self) -> Usage:
        """The tokens of all attempts together."""
        return Usage.total(message.usage for message in self.attempts or (self.message,))

    @property
    def meta(self) -> Meta:
        """Facts about the HTTP exchange behind the reply."""
        return self.message.meta
