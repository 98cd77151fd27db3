"""Opens a chat stream: a plain one, an observed one, or one that is continued if it is cut."""

from __future__ import annotations

from ..._core.request.options import Options
from ..._core.request.request import Request
from ..calls.service import AsyncCalls
from .chat import AsyncChatStream
from .observed import chat_stream


async def open_chat(caller: AsyncCalls, request: Request, options: Options) -> AsyncChatStream:
    """Make a call whose reply is a chat stream."""
    continuation = caller.continuation(request, options)
    stream = chat_stream(await caller.open(request, options), caller.limits)
    if continuation is None:
        return stream

    from .continued import AsyncContinuedChatStream

    return AsyncContinuedChatStream(stream, continuation, caller.limits)
