"""The chunks of a chat, read as they come."""

from __future__ import annotations

from ..._core.chat.chunks import ChunkReader
from ...config import Limits
from ...types.chunks import ChatCompletionChunk
from ..calls.body import AsyncResponseStream
from .typed import AsyncTypedStream


class AsyncChatStream(AsyncTypedStream[ChatCompletionChunk]):
    """The chunks of a chat completion, as they come.

    Use it as a context manager, or iterate it to its end; either gives the connection back. The usage of a chunk is
    cumulative: the last one counts.

    Example:
        async with await client.chat.completions.create(model=..., messages=[...], stream=True) as chunks:
            async for chunk in chunks:
                print(chunk.text, end="")

    Raises (from the iteration):
        StreamInterrupted: the stream ended, or broke, before the message was complete; `partial` holds what had come.
        StreamAPIError: the service reported an error inside the stream.
        StreamDecodeError: the stream holds something other than chunks.
        APITimeoutError: silence for too long, or the deadline passed; `partial` holds what had come.
    """

    def __init__(self, body: AsyncResponseStream, limits: Limits, after: AsyncChatStream | None = None) -> None:
        super().__init__(body, ChunkReader(limits))
        if after is not None:
            self._reader.go_on_from(after._reader)
