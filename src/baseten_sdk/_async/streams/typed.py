"""A stream of typed events, read as they arrive. Its reader knows what an event is.

The iterator is a class, not an async generator, so leaving it early leaves nothing to the garbage collector. The events
of a piece are taken one by one, and it waits for the network only when there are none left.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, Self, TypeVar

from ..._core.stream.reader import StreamReader
from ...errors import APIConnectionError, APITimeoutError
from ...errors.partial import PartialReply
from ...types.meta import Meta
from ..calls.body import AsyncResponseStream

E = TypeVar("E")


class AsyncTypedStream(Generic[E]):
    """The events of a body as they arrive.

    Use it as a context manager, or iterate over it to its end. Both give the connection back.

    Raises (from the iteration):
        StreamInterrupted: The stream ended or broke before the message was complete. `partial` holds what arrived.
        StreamAPIError: The service reported an error inside the stream.
        StreamDecodeError: The stream holds something else.
        APITimeoutError: A pause was too long, or the deadline passed. `partial` holds what arrived.
    """

    def __init__(self, body: AsyncResponseStream, reader: StreamReader[E, PartialReply]) -> None:
        self._body = body
        self._reader = reader
        self._arrived: Iterator[E] = iter(())

    @property
    def meta(self) -> Meta:
        """Request ID, status, headers and attempts. `elapsed` is the time to the headers."""
        return self._body.meta

    @property
    def complete(self) -> bool:
        """Whether the whole message has arrived."""
        return self._reader.done

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> E:
        while True:
            for event in self._arrived:
                return event
            await self._more()

    async def batch(self) -> Iterator[E]:
        """Wait for the next events, once all earlier ones are taken. Return those that arrived together.

        Raises:
            StopAsyncIteration: There are no more.
        """
        await self._more()
        return self._arrived

    async def _more(self) -> None:
        """Wait for more events, or raise at the end."""
        reader, body = self._reader, self._body
        if reader.error is not None:
            error, reader.error = reader.error, None
            await body.aclose()
            raise body.described(error)
        if reader.done:
            await body.finish()
            raise StopAsyncIteration
        if body.closed:
            raise StopAsyncIteration
        try:
            piece = await body.receive()
        except APITimeoutError as error:
            error.partial = reader.partial
            body.described(error)
            raise
        except APIConnectionError as error:
            raise body.described(reader.interrupted(error)) from error
        self._arrived = reader.feed(piece) if piece else reader.end()
        if reader.news:
            body.progress()

    async def aclose(self) -> None:
        """Stop reading and give the connection back. Closing twice is fine."""
        await self._body.aclose()

    # unasync: remove
    async def close(self) -> None:
        """The same as `aclose`, under its name in the clients of OpenAI and Anthropic."""
        await self.aclose()

    # unasync: end
    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
