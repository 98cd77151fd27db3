"""`client.chat.completions.with_raw_response`: the reply of a chat as it came, beside what it was read into."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

from ..._core.reply.response import WholeResponse
from ..._core.reply.validate import read_model
from ...types.chat import ChatCompletion
from ...types.meta import Meta
from ...types.params import ChatOptions, Message
from ...types.raw_response import RawResponse
from ...types.reply import attach_meta
from ...types.response import Response

if TYPE_CHECKING:
    from ..._core.schema.tool import ToolLike
    from .chat_calls import AsyncChatCalls


class AsyncRawCompletions:
    """The calls of `chat.completions` whose replies are wanted as they came."""

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
            model: as for `create`.
            messages: as for `create`.
            tools: as for `create`.
            **params: as for `create`.

        Returns:
            The reply; `parse()` is the completion.
        """
        from ..._core.schema.tool import Toolbox

        calls = self._calls
        request, options = calls.prepared(model, messages, params, tools=Toolbox(tools or ()).params)
        raw, meta = await calls.caller.fetch(request, options, _both)
        return RawResponse(replace(raw.reply, meta=meta), attach_meta(raw.parse(), meta))


def _both(answer: WholeResponse) -> RawResponse[ChatCompletion]:
    reply = Response(answer.status, answer.headers, answer.body, Meta())
    return RawResponse(reply, read_model(ChatCompletion, answer))
