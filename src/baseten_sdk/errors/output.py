"""The errors of a model that answered, but not with what you asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .base import BasetenError

if TYPE_CHECKING:
    from ..types.chat import ChatCompletion, Usage


EXCERPT = 200
"""Characters of an answer that an error shows."""


class OutputError(BasetenError):
    """The model answered, but not with what you asked for.

    Attributes:
        completion: The whole reply. Its usage was billed.
        partial: What could be read of the object, if anything.
        attempts: Every reply, if the model was asked again. Each was billed.
    """

    advice = "The whole reply is in .completion."

    def __init__(self, message: str, *, completion: ChatCompletion, partial: object = None) -> None:
        super().__init__(message)
        self.completion = completion
        self.partial = partial
        self.attempts: tuple[ChatCompletion, ...] = (completion,)

    @property
    def request_id(self) -> str | None:
        """The service's ID of the request."""
        return self.completion.meta.request_id

    @property
    def answer(self) -> str:
        """What the model wrote."""
        return self.completion.text

    def __str__(self) -> str:
        answer = self.answer
        shown = ""
        # The message of a refusal is the answer.
        if answer and answer[:EXCERPT] not in self.message:
            more = "..." if len(answer) > EXCERPT else ""
            shown = f" The answer begins: {answer[:EXCERPT] + more!r}."
        where = f" [request id {self.request_id}]" if self.request_id else ""
        return f"{self.message}{shown} {self.advice}".rstrip() + where

    @property
    def usage(self) -> Usage:
        """The tokens of all attempts together."""
        return self.completion.usage_of(self.attempts)


class RefusalError(OutputError):
    """The model refused to answer."""


class LengthLimitError(OutputError):
    """The answer was cut at the token limit."""

    advice = "Raise max_tokens; reasoning counts against it too."


class ContentFilterError(OutputError):
    """A content filter stopped the answer."""


class MaxTurnsError(OutputError):
    """The model still called tools when a run of tools reached its limit of turns."""

    advice = "Raise max_turns; the transcript so far is in the run's messages."


class OutputValidationError(OutputError):
    """The answer is not a valid instance of the requested type."""


class ToolArgumentError(OutputError):
    """The model called a tool with arguments that do not validate.

    Attributes:
        tool: The name of the tool.
        arguments: The arguments as the model wrote them.
    """

    def __init__(
        self, message: str, *, completion: ChatCompletion, tool: str, arguments: str, partial: object = None
    ) -> None:
        super().__init__(message, completion=completion, partial=partial)
        self.tool = tool
        self.arguments = arguments

    @property
    def answer(self) -> str:
        """The arguments, which are what the model wrote."""
        return self.arguments
