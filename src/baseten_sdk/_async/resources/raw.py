"""`with_raw_response` of chat, messages, responses and completions: the raw reply and its value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar, Unpack

from ..._core.chat.reply import read_chat
from ..._core.messages.reply import read_message
from ..._core.reply.response import WholeResponse
from ..._core.request.options import Options
from ..._core.request.request import Request
from ..._core.responses.reply import read_response
from ...types.chat import ChatCompletion
from ...types.completions import CompletionOptions, Prompt, TextCompletion
from ...types.message_params import MessagesOptions, MessageTurn, System
from ...types.messages import Message
from ...types.meta import Meta
from ...types.params import ChatOptions, Message as ChatMessage
from ...types.reply import Reply, attach_meta
from ...types.response import RawResponse
from ...types.response_params import ResponseInput, ResponseOptions
from ...types.responses import ModelResponse
from ..calls.service import AsyncCalls

if TYPE_CHECKING:
    from ..._core.schema.tool import ToolLike
    from .chat_calls import AsyncChatCalls
    from .completion_calls import AsyncCompletionCalls
    from .message_calls import AsyncMessageCalls
    from .response_calls import AsyncResponseCalls

R = TypeVar("R", bound=Reply)


class AsyncRawCompletions:
    """The calls of `chat.completions` that also return the raw reply."""

    def __init__(self, calls: AsyncChatCalls) -> None:
        self._calls = calls

    async def create(
        self,
        *,
        model: str,
        messages: Iterable[ChatMessage],
        tools: Sequence[ToolLike] | None = None,
        **params: Unpack[ChatOptions],
    ) -> RawResponse[ChatCompletion]:
        """Ask a model for the next message, as `create` does.

        Example:
            raw = await client.chat.completions.with_raw_response.create(model="openai/gpt-oss-120b", messages=[...])
            print(raw.headers["x-ratelimit-remaining-requests"], raw.parse().text)

        Returns:
            The reply. `parse()` returns the completion.
        """
        from ..._core.schema.toolbox import Toolbox

        calls = self._calls
        request, options = calls.prepared(model, messages, params, tools=Toolbox(tools or ()).params)
        return await _fetched(calls.caller, request, options, read_chat)


class AsyncRawMessages:
    """The calls of `messages` that also return the raw reply."""

    def __init__(self, calls: AsyncMessageCalls) -> None:
        self._calls = calls

    async def create(
        self,
        *,
        model: str,
        messages: Iterable[MessageTurn],
        max_tokens: int,
        system: System | None = None,
        tools: Iterable[ToolLike] | None = None,
        **params: Unpack[MessagesOptions],
    ) -> RawResponse[Message]:
        """Ask a model for the next message, as `create` does.

        Returns:
            The reply. `parse()` returns the message.
        """
        from ..._core.messages.tools import message_tools
        from .message_calls import MessageCall

        more = {} if tools is None else {"tools": message_tools(tools)[0]}
        request, options = self._calls.prepared(MessageCall(model, max_tokens, system, params), messages, more)
        return await _fetched(self._calls.caller, request, options, read_message)


class AsyncRawResponses:
    """The calls of `responses` that also return the raw reply."""

    def __init__(self, calls: AsyncResponseCalls) -> None:
        self._calls = calls

    async def create(
        self,
        *,
        model: str,
        input: ResponseInput,
        tools: Sequence[ToolLike] | None = None,
        **params: Unpack[ResponseOptions],
    ) -> RawResponse[ModelResponse]:
        """Ask a model for a response, as `create` does.

        Returns:
            The reply. `parse()` returns the response.
        """
        from ..._core.responses.tools import toolbox_of

        request, options = self._calls.prepared(model, input, params, toolbox_of(tools).params)
        return await _fetched(self._calls.caller, request, options, read_response)


class AsyncRawTextCompletions:
    """The calls of `completions` that also return the raw reply."""

    def __init__(self, calls: AsyncCompletionCalls) -> None:
        self._calls = calls

    async def create(
        self, *, model: str, prompt: Prompt, **params: Unpack[CompletionOptions]
    ) -> RawResponse[TextCompletion]:
        """Continue a text, as `create` does.

        Returns:
            The reply. `parse()` returns the completion.
        """
        from ..._core.completions.reply import read_text_completion

        request, options = self._calls.prepared(model, prompt, params)
        return await _fetched(self._calls.caller, request, options, read_text_completion)


async def _fetched(
    caller: AsyncCalls, request: Request, options: Options, read: Callable[[WholeResponse], R]
) -> RawResponse[R]:
    """Make a call and keep the raw reply beside its value."""

    def both(response: WholeResponse) -> RawResponse[R]:
        value = read(response)
        return RawResponse(response.status, response.headers, response.body, Meta(), value, _redactor=response.redactor)

    raw, meta = await caller.fetch(request, options, both)
    attach_meta(raw.parse(), meta)
    return replace(raw, meta=meta)
