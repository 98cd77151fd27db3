"""Prints an answer while it arrives: its text, or its events as JSON. It must not know which API gave it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from ..types.events import (
    ChunkReceived,
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
from .printing import OutputFormat, Printer, plain

if TYPE_CHECKING:
    from .. import ChatCompletion, ModelResponse, Prices
    from ..types.messages import Message as ModelMessage

Row: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True)
class AnswerEnded:
    """The answer is whole.

    Attributes:
        kind: What the API calls it.
        finish_reason: Why it ended, in the words of a chat.
    """

    kind: Literal["completion", "message", "response"]
    reply: ChatCompletion | ModelMessage | ModelResponse
    finish_reason: str | None


AnswerEvent: TypeAlias = StreamEvent[None] | AnswerEnded


class AnswerPrinter:
    """Prints an answer while it arrives. In text form, reasoning and tool calls go to stderr."""

    def __init__(self, out: Printer, show_reasoning: bool, prices: Prices | None) -> None:
        self._out = out
        self._prices = prices
        self._show_reasoning = show_reasoning
        self._thinking = False

    def print(self, event: AnswerEvent) -> None:
        match self._out.form:
            case OutputFormat.JSON:
                if isinstance(event, AnswerEnded):
                    self._out.value(event.reply)
            case OutputFormat.JSONL:
                row = _row(event)
                if row is not None:
                    self._out.value(row)
            case OutputFormat.TEXT:
                self._say(event)
        if self._prices is not None and isinstance(event, AnswerEnded):
            self._out.note(_spent(event.reply, self._prices))

    def _say(self, event: AnswerEvent) -> None:
        match event:
            case ReasoningDelta(text, 0) if self._show_reasoning:
                self._out.aside(text)
                self._thinking = True
            case TextDelta(text, 0) | RefusalDelta(text, 0):
                if self._thinking:
                    self._out.aside("\n\n")
                    self._thinking = False
                self._out.text(text)
            case ToolCallDone(tool_call=call):
                self._out.note(f"[calls {call.name}({call.arguments})]")
            case AnswerEnded():
                self._out.line("")
                if event.finish_reason == "length":
                    self._out.note("[cut at the token limit: raise --max-tokens]")
            case _:
                pass


def _spent(reply: ChatCompletion | ModelMessage | ModelResponse, prices: Prices) -> str:
    """Return what an answer cost, and how much of its prompt came from the cache."""
    cost, rate = prices.cost(reply), reply.meta.cache_hit_rate
    dollars = "cost not known" if cost is None else f"${cost.total:f}"
    return f"[{dollars}]" if rate is None else f"[{dollars}, {rate:.0%} of the prompt from the cache]"


def _row(event: AnswerEvent) -> Row | None:
    """Return an event as a line of JSON, or None if another event repeats it."""
    kind: Literal["text", "reasoning", "refusal"]
    match event:
        case TextDelta():
            kind = "text"
        case ReasoningDelta():
            kind = "reasoning"
        case RefusalDelta():
            kind = "refusal"
        case ToolCallDone(tool_call=call):
            return {"type": "tool_call", "id": call.id, "name": call.name, "arguments": call.arguments}
        case AnswerEnded():
            return {"type": "finished", event.kind: plain(event.reply)}
        case Finished() | ChunkReceived() | ToolCallStarted() | ToolCallDelta() | PartialObject() | UsageUpdated():
            return None
    return {"type": kind, "text": event.text}
