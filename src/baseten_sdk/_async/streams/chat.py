"""The chunks of a chat, read as they arrive."""

from __future__ import annotations

from ..._core.chat.reader import ChunkReader
from ...config import Limits
from ...types.chunks import ChatCompletionChunk
from ..calls.body import AsyncResponseStream
from .typed import AsyncTypedStream


class AsyncChatStream(AsyncTypedStream[ChatCompletionChunk]):
    """The chunks of a chat completion as they arrive.

    Use it as a context manager, or iterate over it to its end. Both give the connection back. Usage is cumulative, so
    only the last one counts.

    Example:
        async with await client.chat.completions.create(model=..., messages=[...], stream=True) as chunks:
            async for chunk in chunks:
                print(chunk.text, end="")

    Raises (from the iteration):
        StreamInterrupted: The stream ended or broke before the message was complete. `partial` holds what arrived.
        StreamAPIError: The service reported an error inside the stream.
        StreamDecodeError: The stream holds something other than chunks.
        APITimeoutError: A pause was too long, or the deadline passed. `partial` holds what arrived.
    """

    def __init__(self, body: AsyncResponseStream, limits: Limits, after: AsyncChatStream | None = None) -> None:
        super().__init__(body, ChunkReader(limits))
        if after is not None:
            self._reader.go_on_from(after._reader)
