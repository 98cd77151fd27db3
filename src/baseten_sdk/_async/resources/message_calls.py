"""The calls behind `messages`: from arguments to a message, to events, to an object.

It must not know overloads or defaults. Objects and typed streams import what only they need.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from ..._core.messages.reply import read_message
from ..._core.messages.request import PARAMETERS, messages_request
from ..._core.request.options import Options
from ..._core.request.request import Request
from ...types.message_events import RawMessageStreamEvent
from ...types.message_params import MessageTurn, System
from ...types.messages import Message
from ...types.reply import attach_meta
from .model_calls import AsyncModelCalls

if TYPE_CHECKING:
    from ..._core.messages.answer import MessageAnswerForm
    from ...types.parsed_message import ParsedMessage
    from ..streams.message import AsyncMessageStream
    from ..streams.typed import AsyncTypedStream

T = TypeVar("T")


class MessageCall(NamedTuple):
    """The arguments of a call, without the conversation and the tools.

    Attributes:
        model: The model's name.
        max_tokens: The most tokens of the answer.
        system: The system prompt.
        params: The other arguments.
    """

    model: str
    max_tokens: int
    system: System | None
    params: Mapping[str, object]


class AsyncMessageCalls(AsyncModelCalls):
    """Makes the calls, of the model that is named or of one engine."""

    PARAMETERS = PARAMETERS

    async def complete(self, call: MessageCall, messages: Iterable[MessageTurn], more: Mapping[str, object]) -> Message:
        """Make one call and return the whole message."""
        request, options = self.prepared(call, messages, more)
        message, meta = await self.caller.fetch(request, options, read_message)
        return attach_meta(message, meta)

    async def raw_events(
        self, call: MessageCall, messages: Iterable[MessageTurn], more: Mapping[str, object]
    ) -> AsyncTypedStream[RawMessageStreamEvent]:
        """Make one call and return its events as they come."""
        from ..._core.messages.reader import MessageReader
        from ..streams.observed import typed_stream

        request, options = self.prepared(call, messages, more, stream=True)
        caller = self.caller
        return typed_stream(await caller.open(request, options), MessageReader(caller.limits))

    def events(
        self, call: MessageCall, messages: Iterable[MessageTurn], form: MessageAnswerForm[T]
    ) -> AsyncMessageStream[T]:
        """Return the events of a call that is made when they are entered."""
        from ..streams.message import AsyncMessageStream

        request, options = self.prepared(call, messages, form.params, stream=True)
        return AsyncMessageStream(self.caller, request, options, form)

    async def parsed(
        self,
        call: MessageCall,
        messages: Iterable[MessageTurn],
        form: MessageAnswerForm[T],
        output_retries: int,
    ) -> ParsedMessage[T]:
        """Ask until the answer is valid, at most `output_retries` times after the first."""
        from .output_retries import until_valid

        async def complete(conversation: Sequence[MessageTurn]) -> Message:
            return await self.complete(call, conversation, form.params)

        return await until_valid(complete, list(messages), form, output_retries)

    def prepared(
        self, call: MessageCall, messages: Iterable[MessageTurn], more: Mapping[str, object], *, stream: bool = False
    ) -> tuple[Request, Options]:
        """Build the request, and the options that hold for it.

        Args:
            more: The tools in the form to send, and `tool_choice` if one of them must be called.
            stream: Whether the answer is to come as events.
        """
        body, options = self._split(call.params)
        base, name = self._engine(call.model)
        return (
            messages_request(
                base, name, messages, call.max_tokens, body, options, system=call.system, more=more, stream=stream
            ),
            options,
        )
