"""Asks a model through one of the APIs. The events of the answer become those of a chat, whatever the API.

It must not know options, or how an answer is printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, assert_never

from ..histories import to_chat, to_messages, to_responses
from ..types.events import Finished, ReasoningDelta, RefusalDelta, TextDelta, ToolCallDone
from ..types.message_blocks import ToolUseBlock
from ..types.message_events import ContentBlockStopEvent, MessageStopEvent, MessageStreamEvent, TextEvent, ThinkingEvent
from ..types.message_params import MessagesOptions
from ..types.params import Message, SamplingParams
from ..types.response_params import ResponseOptions
from ..types.tool_calls import ParsedToolCall
from .answer_printer import AnswerEnded, AnswerEvent, AnswerPrinter
from .printing import Printer
from .repl import Ask

if TYPE_CHECKING:
    from .. import Client, Deployment, Pool, Prices, ResponseStreamEvent

MOST_TOKENS = 4096
"""The most tokens of an answer by messages, which require a limit. Without an option, it is a chat's default."""


class API(Enum):
    """The APIs that a model can be called with."""

    CHAT = "chat"
    MESSAGES = "messages"
    RESPONSES = "responses"


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """What is asked for, besides the conversation. None means not given."""

    max_tokens: int | None
    temperature: float | None
    reasoning_effort: str | None
    extra: dict[str, object]

    def for_chat(self) -> SamplingParams:
        """Return the parameters of a chat."""
        return {
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "reasoning_effort": self.reasoning_effort,
            "extra_body": self.extra,
        }

    def for_messages(self) -> MessagesOptions:
        """Return the parameters of messages, besides `max_tokens`. Any effort means that the model thinks."""
        thinks = None if self.reasoning_effort is None else self.reasoning_effort != "none"
        return {
            "temperature": self.temperature,
            "thinking": None if thinks is None else {"type": "enabled" if thinks else "disabled"},
            "extra_body": self.extra,
        }

    def for_responses(self) -> ResponseOptions:
        """Return the parameters of a response."""
        return {
            "max_output_tokens": self.max_tokens,
            "temperature": self.temperature,
            "reasoning": None if self.reasoning_effort is None else {"effort": self.reasoning_effort},
            "extra_body": self.extra,
        }


def make_ask(
    api: API,
    target: Client | Deployment | Pool,
    model: str,
    settings: AnswerSettings,
    out: Printer,
    *,
    show_reasoning: bool,
    prices: Prices | None,
) -> Ask:
    """Return the function that calls an API and prints the answer, and its cost if there are prices."""

    def by_chat(messages: Sequence[Message]) -> Message:
        printer = AnswerPrinter(out, show_reasoning, prices)
        with target.chat.completions.stream(model=model, messages=messages, **settings.for_chat()) as stream:
            for event in stream:
                printer.print(event)
                if isinstance(event, Finished):
                    printer.print(AnswerEnded("completion", event.completion, event.finish_reason))
            return stream.get_final_completion().message

    def by_messages(messages: Sequence[Message]) -> Message:
        printer = AnswerPrinter(out, show_reasoning, prices)
        history, most = to_messages(messages), settings.max_tokens or MOST_TOKENS
        with target.messages.stream(model=model, max_tokens=most, **history, **settings.for_messages()) as stream:
            for event in stream:
                for each in _of_message(event):
                    printer.print(each)
            return to_chat([stream.get_final_message()])[-1]

    def by_responses(messages: Sequence[Message]) -> Message:
        printer = AnswerPrinter(out, show_reasoning, prices)
        items = to_responses(messages)
        with target.responses.stream(model=model, input=items, **settings.for_responses()) as stream:
            for event in stream:
                for each in _of_response(event):
                    printer.print(each)
            return to_chat(stream.get_final_response().output)[-1]

    match api:
        case API.CHAT:
            return by_chat
        case API.MESSAGES:
            return by_messages
        case API.RESPONSES:
            return by_responses
        case _:
            assert_never(api)


def _of_message(event: MessageStreamEvent) -> Iterator[AnswerEvent]:
    """Convert an event of messages."""
    match event:
        case TextEvent(text):
            yield TextDelta(text)
        case ThinkingEvent(thinking):
            yield ReasoningDelta(thinking)
        case ContentBlockStopEvent(ToolUseBlock() as call, index):
            yield ToolCallDone(index, ParsedToolCall(call.id, call.name, call.arguments))
        case MessageStopEvent(message):
            reason = "length" if message.stop_reason == "max_tokens" else message.stop_reason
            yield AnswerEnded("message", message, reason)
        case _:
            return


def _of_response(event: ResponseStreamEvent) -> Iterator[AnswerEvent]:
    """Convert an event of a response."""
    match event.type:
        case "response.output_text.delta":
            yield TextDelta(event.delta)
        case "response.refusal.delta":
            yield RefusalDelta(event.delta)
        case "response.reasoning_text.delta" | "response.reasoning_summary_text.delta":
            yield ReasoningDelta(event.delta)
        case "response.completed" | "response.incomplete":
            response = event.response
            for number, call in enumerate(response.function_calls):
                yield ToolCallDone(number, ParsedToolCall(call.call_id, call.name, call.arguments))
            yield AnswerEnded("response", response, response.finish_reason)
        case _:
            return
