"""The calls behind `chat.completions`: from arguments to a completion, to chunks, to events, to an object.

It must not know overloads or defaults. Objects and typed streams import what only they need.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from ..._core.chat.reply import read_chat
from ..._core.chat.request import PARAMETERS, chat_request, check_format
from ..._core.request.options import Options
from ..._core.request.request import Request
from ...types.chat import ChatCompletion
from ...types.params import Message
from ...types.reply import attach_meta
from .model_calls import AsyncModelCalls

if TYPE_CHECKING:
    from ..._core.chat.answer import ChatAnswerForm
    from ...types.parsed import Parsed
    from ..streams.chat import AsyncChatStream
    from ..streams.completion import AsyncCompletionStream

T = TypeVar("T")


class AsyncChatCalls(AsyncModelCalls):
    """Makes the calls, of the model that is named or of one engine."""

    PARAMETERS = PARAMETERS

    async def complete(
        self,
        model: str,
        messages: Iterable[Message],
        params: Mapping[str, object],
        tools: Sequence[Mapping[str, object]] | None,
        response_format: Mapping[str, object] | None = None,
    ) -> ChatCompletion:
        """Make one call and return the whole completion."""
        request, options = self.prepared(model, messages, params, tools=tools, response_format=response_format)
        completion, meta = await self.caller.fetch(request, options, read_chat)
        return attach_meta(completion, meta)

    async def chunks(
        self,
        model: str,
        messages: Iterable[Message],
        params: Mapping[str, object],
        tools: Sequence[Mapping[str, object]] | None,
    ) -> AsyncChatStream:
        """Make one call and return its chunks as they come."""
        from ..streams.opening import open_chat

        request, options = self.prepared(model, messages, params, tools=tools, stream=True)
        return await open_chat(self.caller, request, options)

    def events(
        self,
        model: str,
        messages: Iterable[Message],
        params: Mapping[str, object],
        form: ChatAnswerForm[T],
        response_format: Mapping[str, object] | None,
        *,
        lenient: bool = False,
    ) -> AsyncCompletionStream[T]:
        """Return the events of a call that is made when they are entered.

        Args:
            form: What the answer must be.
            response_format: What is sent of its type.
            lenient: Accept arguments that do not validate; the caller deals with them.
        """
        from ..streams.completion import AsyncCompletionStream

        request, options = self.prepared(
            model, messages, params, tools=form.toolbox.params, response_format=response_format, stream=True
        )
        return AsyncCompletionStream(self.caller, request, options, form, lenient=lenient)

    async def parsed(
        self,
        model: str,
        messages: Iterable[Message],
        params: Mapping[str, object],
        form: ChatAnswerForm[T],
        output_retries: int,
    ) -> Parsed[T]:
        """Ask until the answer is valid, at most `output_retries` times after the first."""
        from .output_retries import until_valid

        async def complete(conversation: Sequence[Message]) -> ChatCompletion:
            return await self.complete(model, conversation, params, form.toolbox.params, form.response_format)

        return await until_valid(complete, list(messages), form, output_retries)

    def prepared(
        self,
        model: str,
        messages: Iterable[Message],
        params: Mapping[str, object],
        *,
        tools: Sequence[Mapping[str, object]] | None = None,
        response_format: Mapping[str, object] | None = None,
        stream: bool = False,
    ) -> tuple[Request, Options]:
        """Build the request, and the options that hold for it."""
        body, options = self._split(params)
        if tools:
            body["tools"] = tools
        if response_format is not None:
            body["response_format"] = response_format
        elif "response_format" in body:
            check_format(body["response_format"])
        base_url, name = self._engine(model)
        return chat_request(base_url, name, messages, body, options, stream=stream), options
