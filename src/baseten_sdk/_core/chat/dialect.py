"""How an API adds the turns of a tool run to a conversation, and how chat completions do it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple, Protocol, TypeVar

from ...types.chat import ChatCompletion
from ...types.params import Message
from .result_parts import Shapes

R_contra = TypeVar("R_contra", contravariant=True)
M_co = TypeVar("M_co", covariant=True)


class Result(NamedTuple):
    """The answer to a call: text, or parts of a message."""

    id: str
    content: str | Sequence[Mapping[str, object]]
    failed: bool


class Dialect(Protocol[R_contra, M_co]):
    """How an API adds the turns of a run to a conversation."""

    parts: ClassVar[Shapes]
    """The parts that the result of a tool may have."""

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

    parts: ClassVar[Shapes] = {
        "text": ("text",),
        "image_url": ("image_url",),
        "input_audio": ("input_audio",),
        "video_url": ("video_url",),
        "file": ("file",),
    }

    def completion(self, reply: ChatCompletion) -> ChatCompletion:
        return reply

    def turn(self, reply: ChatCompletion) -> Sequence[Message]:
        return (reply.message,)

    def results(self, results: Sequence[Result]) -> Sequence[Message]:
        return [{"role": "tool", "tool_call_id": each.id, "content": each.content} for each in results]
