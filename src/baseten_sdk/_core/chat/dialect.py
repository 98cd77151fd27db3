"""How an API adds the turns of a tool run to a conversation, and how chat completions do it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, TypeVar

from ...types.chat import ChatCompletion
from ...types.params import Message

R_contra = TypeVar("R_contra", contravariant=True)
M_co = TypeVar("M_co", covariant=True)


class Result(NamedTuple):
    """The answer to a call."""

    id: str
    content: str
    failed: bool


class Dialect(Protocol[R_contra, M_co]):
    """How an API adds the turns of a run to a conversation."""

    def completion(self, reply: R_contra, /) -> ChatCompletion:
        """Return a reply in the form of a chat completion, to read its calls."""
        ...

    def turn(self, reply: R_contra, /) -> Sequence[M_co]:
        """Return the model's turn for the conversation."""
        ...

    def results(self, results: Sequence[Result], /) -> Sequence[M_co]:
        """Return the answers to all calls of a turn for the conversation."""
        ...


class ChatDialect:
    """The dialect of chat completions."""

    def completion(self, reply: ChatCompletion) -> ChatCompletion:
        return reply

    def turn(self, reply: ChatCompletion) -> Sequence[Message]:
        return (reply.message,)

    def results(self, results: Sequence[Result]) -> Sequence[Message]:
        return [{"role": "tool", "tool_call_id": each.id, "content": each.content} for each in results]
