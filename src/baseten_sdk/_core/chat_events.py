"""From the chunks of a chat to typed events, while they are added up.

A call is done when another one of its choice begins and its arguments are whole, or when the stream has ended: pieces
of calls may be interleaved, and content may still come after a `finish_reason`. Usage is on nearly every chunk of
Baseten's: an event tells of it only when a number has changed. A call whose arguments do not validate has no event that
says it is done; its error is raised when the stream has ended, with everything in hand.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from pydantic_core import from_json

from ..types.chat import ChatCompletion, ToolCall
from ..types.chunks import ChatCompletionChunk, ChunkChoice
from ..types.events import (
    Finished,
    PartialObject,
    ReasoningDelta,
    RefusalDelta,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    ToolCallDone,
    ToolCallStarted,
    UsageUpdated,
)
from .accumulate import Accumulator, CallParts, ChoiceParts
from .partial import PartialReader
from .schema import Schema
from .tool import BadArguments, Toolbox

T = TypeVar("T")


class EventReader(Generic[T]):
    """Makes the events of one stream.

    Args:
        toolbox: the tools, by which the arguments of calls are read.
        schema: what the answer is to be, for partial objects.
        lenient: whether arguments that do not validate are somebody else's business.
    """

    __slots__ = ("_accumulator", "_lenient", "_open", "_partial", "_seen_tokens", "_wrong", "schema", "toolbox")

    def __init__(self, toolbox: Toolbox, schema: Schema[T] | None, *, lenient: bool = False) -> None:
        self.toolbox = toolbox
        self.schema = schema
        self._lenient = lenient
        self._partial = PartialReader(schema) if schema is not None else None
        self._accumulator = Accumulator()
        self._open: dict[tuple[int, int], CallParts] = {}
        self._seen_tokens = -1
        self._wrong: list[BadArguments] = []

    def read(self, chunk: ChatCompletionChunk) -> list[StreamEvent[T]]:
        """The events of a chunk."""
        events: list[StreamEvent[T]] = []
        for choice in chunk.choices:
            self._read_choice(choice, events)
        self._accumulator.add_head(chunk)
        usage = chunk.usage
        if usage is not None and usage.total_tokens != self._seen_tokens:
            self._seen_tokens = usage.total_tokens
            events.append(UsageUpdated(usage))
        return events

    def end(self) -> list[StreamEvent[T]]:
        """The events that the end of the stream brings.

        Raises:
            ToolArgumentError: the arguments of a call do not validate.
        """
        events: list[StreamEvent[T]] = []
        self._close_calls(events, whole_only=False)
        completion = self._accumulator.completion()
        if completion is not None:
            if self._wrong and not self._lenient:
                raise self._wrong[0].error(completion)
            events.append(Finished(completion.choices[0].finish_reason, completion))
        return events

    def snapshot(self) -> ChatCompletion | None:
        """What has arrived so far; None before the first choice."""
        return self._accumulator.completion()

    def _read_choice(self, choice: ChunkChoice, events: list[StreamEvent[T]]) -> None:
        delta, index = choice.delta, choice.index
        reasoning = delta.reasoning_content or (delta.reasoning if delta.model_extra else None)
        if reasoning:
            events.append(ReasoningDelta(reasoning, index))
        if delta.content:
            events.append(TextDelta(delta.content, index))
            if self._partial is not None and index == 0:
                value = self._partial.add(delta.content)
                if value is not None:
                    events.append(PartialObject(value))
        if delta.refusal:
            events.append(RefusalDelta(delta.refusal, index))
        parts = self._accumulator.choice(index)
        if delta.tool_calls:
            self._read_calls(choice, parts, events)
        else:
            parts.add(choice)

    def _read_calls(self, choice: ChunkChoice, parts: ChoiceParts, events: list[StreamEvent[T]]) -> None:
        index = choice.index
        known = set(parts.tool_calls.calls)
        for key, piece in zip(parts.add(choice), choice.delta.tool_calls, strict=True):
            if key not in known:
                known.add(key)
                self._close_calls(events, whole_only=True)
                call = self._open[index, key] = parts.tool_calls.calls[key]
                events.append(ToolCallStarted(key, call.id, call.name, index))
            if piece.function is not None and piece.function.arguments:
                events.append(ToolCallDelta(key, piece.function.arguments, index))

    def _close_calls(self, events: list[StreamEvent[T]], *, whole_only: bool) -> None:
        """Conclude the calls that are done."""
        for (index, key), parts in list(self._open.items()):
            if whole_only and not _is_json("".join(parts.arguments)):
                continue
            del self._open[index, key]
            read = self.toolbox.read(ToolCall.model_validate(parts.plain()))
            if isinstance(read, BadArguments):
                self._wrong.append(read)
            else:
                events.append(ToolCallDone(key, read, index))


def _is_json(text: str) -> bool:
    try:
        from_json(text)
    except ValueError:
        return False
    return True
