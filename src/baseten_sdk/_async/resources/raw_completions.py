"""`client.chat.completions.with_raw_response`: the reply of a chat as it came, and the completion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

from ..._core.reply.response import WholeResponse
from ..._core.reply.validate import read_model
from ...types.chat import ChatCompletion
from ...types.meta import Meta
from ...types.params import ChatOptions, Message
from ...types.reply import attach_meta
from ...types.response import RawResponse

if TYPE_CHECKING:
    from ..._core.schema.tool import ToolLike
    from .chat_calls import AsyncChatCalls


class AsyncRawCompletions:
    """The calls of `chat.completions` that also return the reply as it came."""

    def __init__(self, calls: AsyncChatCalls) -> None:
        self._calls = calls

    async def create(
        self,
        *,
        model: str,
        messages: Iterable[Message],
        tools: Sequence[ToolLike] | None = None,
        **params: Unpack[ChatOptions],
    ) -> RawResponse[ChatCompletion]:
        """Ask a model for the next message, as `create` does.

        Example:
            raw = await client.chat.completions.with_raw_response.create(model="openai/gpt-oss-120b", messages=[...])
            print(raw.headers["x-ratelimit-remaining-requests"], raw.parse().text)

        Args:
            model: As for `create`.
            messages: As for `create`.
            tools: As for `create`.
            **params: As for `create`.

        Returns:
            The reply. `parse()` returns the completion.
        """
        from ..._core.schema.tool import Toolbox

        calls = self._calls
        request, options = calls.prepared(model, messages, params, tools=Toolbox(tools or ()).params)
        raw, meta = await calls.caller.fetch(request, options, _both)
        attach_meta(raw.parse(), meta)
        return replace(raw, meta=meta)


def _both(response: WholeResponse) -> RawResponse[ChatCompletion]:
    completion = read_model(ChatCompletion, response)
    return RawResponse(response.status, response.headers, response.body, Meta(), completion)
