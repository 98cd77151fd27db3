"""What an answer must be: an object of a type, calls of tools, or either. How it is read, and asked for again.

Owns what the APIs share, and the form of a chat's answer.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Generic, TypeAlias, TypeVar

from ...errors import ConfigurationError, InvalidRequestError, OutputError, OutputValidationError
from ...types.chat import ChatCompletion, attach_parsed
from ...types.params import Message
from ...types.parsed import Parsed
from ...types.tool_calls import ParsedToolCall
from ..schema.schema import Schema, schema_or_none
from ..schema.tool import ToolLike
from ..schema.toolbox import Toolbox
from .output import read_answer

if TYPE_CHECKING:
    from typing_extensions import TypeForm

C = TypeVar("C")
P = TypeVar("P")
R = TypeVar("R")
T = TypeVar("T")

Calls: TypeAlias = tuple[ParsedToolCall, ...]

REQUEST = "{problem}\nAnswer again with the corrected JSON alone."


class AnswerForm(ABC, Generic[T, R, C, P]):
    """What the answers of one API must be. `R` is a reply, `C` a conversation, and `P` a reply with the object.

    Attributes:
        argument: The argument that takes the type.
        schema: The type of the answer, if one was asked for.
        toolbox: The tools, to validate the arguments of calls.
    """

    __slots__ = ("schema", "toolbox")

    argument: ClassVar[str]

    def __init__(self, schema: Schema[T] | None, toolbox: Toolbox) -> None:
        self.schema = schema
        self.toolbox = toolbox

    @abstractmethod
    def completion(self, reply: R) -> ChatCompletion:
        """Return a reply in the form of a chat completion. The answer is its text."""

    @abstractmethod
    def corrected(self, conversation: C, reply: R, error: OutputValidationError) -> C:
        """Return the conversation with the answer, followed by what is wrong with it."""

    @abstractmethod
    def _parsed(self, attempts: tuple[R, ...], completion: ChatCompletion, outputs: tuple[T, ...], calls: Calls) -> P:
        """Attach the object or the calls to the last reply, and return both."""

    @property
    def response_format(self) -> Mapping[str, object] | None:
        """The type of the answer, as the `response_format` of a chat."""
        return None if self.schema is None else self.schema.response_format()

    def required_schema(self, method: str) -> Schema[T]:
        """Return the type of the answer, which a method needs.

        Raises:
            ConfigurationError: None was asked for.
        """
        if self.schema is None:
            raise ConfigurationError(f"{method} needs {self.argument}= to be a type.")
        return self.schema

    def read(self, attempts: Sequence[R]) -> P:
        """Return the last reply with what was asked for.

        Raises:
            OutputError: The reply does not contain it. The error holds all attempts.
        """
        completions = tuple(map(self.completion, attempts))
        try:
            outputs, calls = read_answer(self.schema, self.toolbox, completions[-1])
        except OutputError as error:
            error.attempts = completions
            raise
        return self._parsed(tuple(attempts), completions[-1], outputs, calls)

    def problem(self, reply: R) -> OutputError | None:
        """Attach what was asked for to a reply. Return the error if the reply does not contain it."""
        try:
            self.read((reply,))
        except OutputError as error:
            return error
        return None


class ChatAnswerForm(AnswerForm[T, ChatCompletion, Sequence[Message], Parsed[T]]):
    """What the answer of a chat must be."""

    __slots__ = ()

    argument = "response_format"

    @classmethod
    def of(
        cls, kind: TypeForm[T] | None, tools: Iterable[ToolLike] | None, *, strict: bool = True
    ) -> ChatAnswerForm[T]:
        """Make the form of an answer: of a type, if there is one, or of calls of tools."""
        return ChatAnswerForm(schema_or_none(kind, strict=strict), Toolbox(tools or ()))

    def completion(self, reply: ChatCompletion) -> ChatCompletion:
        return reply

    def corrected(
        self, conversation: Sequence[Message], reply: ChatCompletion, error: OutputValidationError
    ) -> Sequence[Message]:
        return [
            *conversation,
            {"role": "assistant", "content": reply.text},
            {"role": "user", "content": REQUEST.format(problem=error.message)},
        ]

    def _parsed(
        self, attempts: tuple[ChatCompletion, ...], completion: ChatCompletion, outputs: tuple[T, ...], calls: Calls
    ) -> Parsed[T]:
        if outputs:
            attach_parsed(completion, outputs[0])
        return Parsed(completion, outputs, calls, attempts)


def check_question(output_retries: int, *, typed: bool, argument: str) -> None:
    """Refuse contradictory arguments of `parse`.

    Args:
        output_retries: How often to ask again.
        typed: Whether there is a type or a tool to read the answer with.
        argument: The argument that takes the type.

    Raises:
        InvalidRequestError: The arguments make no sense.
    """
    if output_retries < 0:
        raise InvalidRequestError(f"output_retries must be at least 0, not {output_retries!r}.")
    if not typed:
        raise InvalidRequestError(f"parse needs {argument}= or tools=; to use neither, call create.")
