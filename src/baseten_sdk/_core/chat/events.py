"""Turns the chunks of a chat into typed events while adding them up.

A call has started once its name is known. It is done when another one begins and its arguments are whole, or when the
stream has ended, because pieces of calls may be interleaved, and content may still come after a `finish_reason`.
Baseten sends usage on nearly every chunk, but there is an event only when a number has changed. If the arguments of a
call do not validate, no event reports it as done. Its error waits in `error` until the stream has ended, and replaces
the event of a good end.
"""

from __future__ import annotations

from typing import Generic, TypeAlias, TypeVar

from ...errors import OutputError
from ...types.chat import ChatCompletion, ToolCall
from ...types.chunks import ChatCompletionChunk, ChunkChoice
from ...types.events import (
    ChunkReceived,
    Finished,
    ReasoningDelta,
    RefusalDelta,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    ToolCallDone,
    ToolCallStarted,
    UsageUpdated,
)
from ...types.tool_calls import ParsedToolCall
from ..schema.schema import Schema
from ..schema.toolbox import BadArguments, Toolbox
from .accumulate import Accumulator, ChoiceParts
from .call_parts import CallParts
from .output import CUT, CUT_BEFORE, cut_short
from .partial_answer import PartialAnswer

T = TypeVar("T")

CallPosition: TypeAlias = tuple[int, int]
"""A choice, and the index of a call in it."""


class ChatEvents(Generic[T]):
    """Makes the events of one stream.

    Args:
        toolbox: The tools, to validate the arguments of calls.
        schema: The type of the answer, for partial objects.
        lenient: Whether to leave invalid arguments to the caller.

    Attributes:
        error: What is wrong with the answer. Raise it after the last event.
    """

    __slots__ = (
        "_accumulator",
        "_lenient",
        "_open",
        "_partial",
        "_reported",
        "_started",
        "_touched",
        "error",
        "schema",
        "toolbox",
    )

    def __init__(self, toolbox: Toolbox, schema: Schema[T] | None, *, lenient: bool = False) -> None:
        self.toolbox = toolbox
        self.schema = schema
        self._lenient = lenient
        self._partial = PartialAnswer(schema) if schema is not None else None
        self._accumulator = Accumulator()
        self._open: dict[CallPosition, CallParts] = {}
        self._started: set[CallPosition] = set()
        self._reported: dict[CallPosition, int] = {}
        self._touched: set[CallPosition] = set()
        self.error: OutputError | None = None

    def read(self, chunk: ChatCompletionChunk) -> list[StreamEvent[T]]:
        """Return the events of a chunk. The first one holds the chunk itself."""
        events: list[StreamEvent[T]] = [ChunkReceived(chunk)]
        for choice in chunk.choices:
            self._read_choice(choice, events)
        usage = self._accumulator.add_head(chunk)
        if usage is not None:
            events.append(UsageUpdated(usage))
        return events

    def end(self) -> list[StreamEvent[T]]:
        """Return the events at the end of the stream. If the answer is invalid, the reason is then in `error`."""
        events: list[StreamEvent[T]] = []
        if self._partial is not None:
            whole = self._partial.end()
            if whole is not None:
                events.append(whole)
        closed = [self._close(position, events) for position in list(self._open)]
        wrong = next((each for each in closed if each is not None), None)
        completion = self._accumulator.completion()
        if completion is None:
            return events
        if wrong is not None and not self._lenient:
            self.error = cut_short(completion) or wrong.error(completion)
        else:
            events.append(Finished(completion.choices[0].finish_reason, completion))
        return events

    def snapshot(self) -> ChatCompletion | None:
        """Return what has arrived so far. None before the first choice."""
        return self._accumulator.completion()

    def _read_choice(self, choice: ChunkChoice, events: list[StreamEvent[T]]) -> None:
        delta, index = choice.delta, choice.index
        reasoning = delta.reasoning_content or (delta.reasoning if delta.__pydantic_extra__ else None)
        if reasoning:
            events.append(ReasoningDelta(reasoning, index))
        if delta.content:
            events.append(TextDelta(delta.content, index))
            if self._partial is not None and index == 0:
                partial = self._partial.add(delta.content)
                if partial is not None:
                    events.append(partial)
        if delta.refusal:
            events.append(RefusalDelta(delta.refusal, index))
        parts = self._accumulator.choice(index)
        if delta.tool_calls:
            self._read_calls(choice, parts, events)
        else:
            parts.add(choice)

    def _read_calls(self, choice: ChunkChoice, parts: ChoiceParts, events: list[StreamEvent[T]]) -> None:
        for key in parts.add(choice):
            position = choice.index, key
            call = parts.tool_calls.calls[key]
            if position not in self._reported:
                self._close_whole(events)
                self._reported[position] = 0
                self._open[position] = call
            self._touched.add(position)
            if call.name:
                self._report(position, call, events)

    def _report(self, position: CallPosition, call: CallParts, events: list[StreamEvent[T]]) -> None:
        """Report the start of a call and the new pieces of its arguments."""
        index, key = position
        if position not in self._started:
            self._started.add(position)
            events.append(ToolCallStarted(key, call.id, call.name, index))
        arguments = "".join(call.arguments[self._reported[position] :])
        if arguments:
            self._reported[position] = len(call.arguments)
            events.append(ToolCallDelta(key, arguments, index))

    def _close_whole(self, events: list[StreamEvent[T]]) -> None:
        """Conclude the calls that have become whole since the last time."""
        for position in sorted(self._touched):
            if position in self._open and self._open[position].arguments.whole:
                self._close(position, events)
        self._touched.clear()

    def _close(self, position: CallPosition, events: list[StreamEvent[T]]) -> BadArguments | None:
        """Conclude a call, unless its arguments do not validate."""
        parts = self._open[position]
        read = self.toolbox.read(ToolCall.model_validate(parts.plain()))
        if isinstance(read, BadArguments):
            return read
        if read.parsed is not None and self._was_cut(position):
            return BadArguments(ParsedToolCall(read.id, read.name, read.arguments), CUT_BEFORE)
        del self._open[position]
        self._report(position, parts, events)
        index, key = position
        events.append(ToolCallDone(key, read, index))
        return None

    def _was_cut(self, position: CallPosition) -> bool:
        """Whether the answer was cut just before the arguments. If none arrived, "no arguments" would look complete."""
        index, key = position
        choice = self._accumulator.choices[index]
        calls = choice.tool_calls
        return choice.finish_reason in CUT and key == calls.latest and not calls.calls[key].arguments
