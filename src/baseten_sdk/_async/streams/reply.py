"""A model's reply, read as events. The call is made when the stream is entered, and the reply is whole at its end.

Owns the life of such a stream. A subclass knows what the events are.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Generic, Self, TypeVar

from ..._core.request.options import Options
from ..._core.request.request import Request
from ...errors import BasetenError, ConfigurationError, StreamInterrupted
from ...errors.partial import PartialReply
from ...types.meta import Meta
from ..calls.service import AsyncCalls
from .typed import AsyncTypedStream

C = TypeVar("C")
E = TypeVar("E")
R = TypeVar("R", bound=PartialReply)
V = TypeVar("V")


class AsyncReplyStream(Generic[C, E, R]):
    """The events of a reply. Enter it, then iterate over it.

    You may leave the block early, by `break`, an exception or cancellation. That gives the connection back at once.
    `snapshot` keeps what arrived.

    Raises (from the iteration):
        StreamInterrupted: The stream ended or broke before the reply was complete. `partial` holds what arrived.
        StreamAPIError: The service reported an error inside the stream.
    """

    _made_by = "client.(...).stream(...)"

    def __init__(self, caller: AsyncCalls, request: Request, options: Options) -> None:
        self._caller = caller
        self._request = request
        self._options = options
        self._opened: AsyncTypedStream[C] | None = None
        self._sent: Iterator[C] = iter(())
        self._arrived: Iterator[E] = iter(())
        self._ended = False
        self._final: R | None = None
        self._failure: BasetenError | None = None

    @abstractmethod
    async def _open(self) -> AsyncTypedStream[C]:
        """Make the call."""
        raise NotImplementedError

    @abstractmethod
    def _read(self, sent: C) -> Iterable[E]:
        """Return the events for one event of the service. The last of them sets `_final`."""
        raise NotImplementedError

    def _conclude(self) -> Iterable[E]:
        """Return the events at the end of a complete stream, unless `_read` returned them already."""
        return ()

    @property
    def _withheld(self) -> BasetenError | None:
        """Return what is wrong with the answer, to raise after its last event."""
        return None

    @property
    @abstractmethod
    def snapshot(self) -> R | None:
        """The reply so far. None before anything has arrived."""
        raise NotImplementedError

    def _something(self) -> R:
        """Return the snapshot.

        Raises:
            ConfigurationError: Nothing has arrived yet.
        """
        snapshot = self.snapshot
        if snapshot is None:
            raise ConfigurationError("Nothing has arrived yet; `snapshot` is None then.")
        return snapshot

    @property
    def _stream(self) -> AsyncTypedStream[C]:
        if self._opened is None:
            raise ConfigurationError(f"Enter the stream first: async with {self._made_by} as stream.")
        return self._opened

    @property
    def meta(self) -> Meta:
        """Request ID, status, headers and attempts. `elapsed` is the time to the headers."""
        return self._stream.meta

    async def until_done(self) -> Self:
        """Read to the end, ignore the events, and return the stream."""
        async for _ in self:
            pass
        return self

    async def get_final_reply(self) -> R:
        """Read to the end and return the whole reply.

        Raises:
            StreamInterrupted: The stream was left before its end.
            BasetenError: The stream failed. It is the same error that an iteration may have raised before.
        """
        await self.until_done()
        if self._failure is not None:
            raise self._failure
        if self._final is None:
            raise StreamInterrupted("The stream was left before its end.", partial=self.snapshot)
        return self._final

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> E:
        while True:
            for event in self._arrived:
                return event
            for sent in self._sent:
                self._arrived = iter(self._read(sent))
                for event in self._arrived:
                    return event
            if self._ended:
                raise StopAsyncIteration
            await self._more()

    async def _more(self) -> None:
        """Wait for events. At the end, raise what is wrong with the answer."""
        stream = self._stream
        try:
            if self._withheld is not None:
                raise self._withheld
            self._sent = await stream.batch()
        except StopAsyncIteration:
            if stream.complete:
                self._arrived = iter(self._conclude())
            self._ended = self._withheld is None
        except ConfigurationError:
            raise  # Somebody else is reading the stream, or it was closed: that does not end it.
        except BasetenError as error:
            self._failure = error
            self._ended = True
            raise

    async def aclose(self) -> None:
        """Stop reading and give the connection back. Closing twice is fine."""
        if self._opened is not None:
            await self._opened.aclose()

    # unasync: remove
    async def close(self) -> None:
        """The same as `aclose`, under its name in other clients."""
        await self.aclose()

    # unasync: end
    async def __aenter__(self) -> Self:
        if self._opened is not None:
            raise ConfigurationError("A stream is entered once; call stream(...) again for another.")
        self._opened = await self._open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


class AsyncPicked(Generic[E, V]):
    """One kind of a stream's events, as plain values."""

    def __init__(self, events: AsyncIterator[E], pick: Callable[[E], V | None]) -> None:
        self._events = events
        self._pick = pick

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> V:
        while True:
            value = self._pick(await anext(self._events))
            if value is not None:
                return value
