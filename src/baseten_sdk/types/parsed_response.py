"""A response together with the requested object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from ..errors import OutputValidationError
from .chat import ChatCompletion
from .meta import Meta
from .response_items import ResponseOutputItem
from .responses import IncompleteDetails, ModelResponse, ResponseError, ResponseUsage
from .tool_calls import ParsedToolCall

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ParsedResponse(Generic[T]):
    """The object that `responses.parse` returns, with the reply behind it.

    Attributes:
        response: The reply. With `output_retries`, the last one.
        completion: The same reply in the form of a chat completion.
        outputs: A tuple with the object. Empty if the model called tools instead, or if you asked for no type.
        tool_calls: The function calls, with validated arguments.
        attempts: Every reply, including those that were not valid.
    """

    response: ModelResponse
    completion: ChatCompletion
    outputs: tuple[T, ...]
    tool_calls: tuple[ParsedToolCall, ...] = ()
    attempts: tuple[ModelResponse, ...] = ()

    @property
    def output_parsed(self) -> T | None:
        """The object. None if the model called tools instead, or if you asked for no type."""
        return self.outputs[0] if self.outputs else None

    @property
    def parsed(self) -> T:
        """The object. It is None only if None is the requested type.

        Raises:
            OutputValidationError: The model called tools instead of answering, or you asked for no type.
        """
        if not self.outputs:
            called = self.tool_calls or self.response.function_calls
            why = "The model called tools instead of answering." if called else "No type was asked for."
            raise OutputValidationError(why, completion=self.completion)
        return self.outputs[0]

    @property
    def output(self) -> list[ResponseOutputItem]:
        """The items of the reply. You can add them to the `input` of the next call."""
        return self.response.output

    @property
    def output_text(self) -> str:
        """The text of the reply."""
        return self.response.output_text

    @property
    def id(self) -> str:
        """The ID of the response."""
        return self.response.id

    @property
    def model(self) -> str:
        """The model that answered."""
        return self.response.model

    @property
    def status(self) -> str | None:
        """How the response ended."""
        return self.response.status

    @property
    def error(self) -> ResponseError | None:
        """Why the response failed."""
        return self.response.error

    @property
    def incomplete_details(self) -> IncompleteDetails | None:
        """Why the response is incomplete."""
        return self.response.incomplete_details

    @property
    def usage(self) -> ResponseUsage:
        """The tokens of all attempts together."""
        return ModelResponse.usage_of(self.attempts or (self.response,))

    @property
    def meta(self) -> Meta:
        """Facts about the HTTP exchange behind the reply."""
        return self.response.meta
