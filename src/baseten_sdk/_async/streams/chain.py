"""The stream of a chain: frames with a header, items and a footer, or anything else that a chain may send.

Theory of operation. Frames are taken one at a time and in order. Reading the items keeps a header that you have not
asked for yet, and the footer, which ends them. `header`, `items` and `footer` are three views of one road.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Self, TypeVar, overload

from ..._core.request.options import Options
from ..._core.request.request import Request
from ..._core.stream.frames import Frame, FrameDecoder, FrameError, Tag
from ...errors import ConfigurationError, StreamDecodeError, StreamInterrupted
from ...types.json import JsonValue
from ..calls.service import AsyncCalls
from .pieces import AsyncPieces
from .predict import AsyncPredictStream

T = TypeVar("T")


class AsyncChainStream(AsyncPredictStream):
    """A stream of `stream_run_remote`. Enter it, then read its frames, or its bytes in one of five other ways.

    Chains that stream with Baseten's own writer send frames: an optional header, then items, then an optional footer.

    A chain that fails in the middle can no longer change the status of its reply, so its stream simply ends. Only a
    footer shows that it is complete.

    Example:
        async with chain.stream_run_remote({"text": "..."}) as stream:
            async for item in stream.items(Sentence):
                print(item)
            totals = await stream.footer(Totals)
    """

    _made_by = "chain.stream_run_remote"

    def __init__(self, caller: AsyncCalls, request: Request, options: Options) -> None:
        super().__init__(caller, request, options)
        self._frames: AsyncPieces[Frame] | None = None
        self._next: Frame | None = None
        self._header: Frame | None = None
        self._footer: Frame | None = None
        self._done = False

    @overload
    async def header(self, kind: type[T]) -> T: ...

    @overload
    async def header(self, kind: None = None) -> JsonValue: ...

    async def header(self, kind: type[T] | None = None) -> T | JsonValue:
        """Read what the chain sent before the items.

        Args:
            kind: Its type: anything that pydantic can validate. None: its JSON value.

        Raises:
            StreamDecodeError: There is no header, or it is not of that type.
            StreamInterrupted: The stream was cut.
        """
        await self._to_items()
        if self._header is None:
            raise self._body.described(StreamDecodeError("The stream has no header."))
        return await self._read(self._header, kind)

    @overload
    def items(self, kind: type[T]) -> AsyncChainItems[T]: ...

    @overload
    def items(self, kind: None = None) -> AsyncChainItems[JsonValue]: ...

    def items(self, kind: type[T] | None = None) -> AsyncChainItems[T] | AsyncChainItems[JsonValue]:
        """Iterate over the items as they arrive.

        Args:
            kind: The type of an item: anything that pydantic can validate. None: its JSON value.

        Raises:
            StreamDecodeError: While iterating: this is not a stream of frames, or an item is not of that type.
            StreamInterrupted: While iterating: the stream was cut inside a frame.
        """
        if kind is None:
            return AsyncChainItems(self, Frame.value)
        wanted = kind
        return AsyncChainItems(self, lambda frame: frame.read(wanted))

    @overload
    async def footer(self, kind: type[T]) -> T: ...

    @overload
    async def footer(self, kind: None = None) -> JsonValue: ...

    async def footer(self, kind: type[T] | None = None) -> T | JsonValue:
        """Read what the chain sent after the items.

        Args:
            kind: Its type: anything that pydantic can validate. None: its JSON value.

        Raises:
            ConfigurationError: There are items that you have not read yet.
            StreamInterrupted: The stream ended without a footer.
            StreamDecodeError: The footer is not of that type.
        """
        if await self._to_item() is not None:
            raise ConfigurationError("Read the items first: the footer comes after them.")
        if self._footer is None:
            error = StreamInterrupted("The stream ended without a footer; the chain may have failed in the middle.")
            raise self._body.described(error)
        return await self._read(self._footer, kind)

    async def _item(self, read: Callable[[Frame], T]) -> T:
        frame = await self._to_item()
        if frame is None:
            raise StopAsyncIteration
        self._next = None
        try:
            return read(frame)
        except FrameError as error:
            problem = error
        raise await self._undecodable(str(problem))

    async def _read(self, frame: Frame, kind: type[T] | None) -> T | JsonValue:
        try:
            return frame.value() if kind is None else frame.read(kind)
        except FrameError as error:
            problem = error
        raise await self._undecodable(str(problem))

    async def _undecodable(self, problem: str) -> Exception:
        await self.aclose()
        return self._body.described(StreamDecodeError(f"The stream cannot be read: {problem}."))

    async def _to_items(self) -> Frame | None:
        """Take the header, if there is one. Return the frame after it."""
        frame = await self._peek()
        if frame is not None and frame.tag is Tag.HEADER and self._header is None:
            self._header, self._next = frame, None
        return frame

    async def _to_item(self) -> Frame | None:
        """Return the next item. None if there are no more."""
        await self._to_items()
        frame = await self._peek()
        if frame is None or frame.tag is Tag.ITEM:
            return frame
        if frame.tag is Tag.HEADER:
            raise await self._undecodable("a second header came")
        self._footer, self._next, self._done = frame, None, True
        await self._body.finish()
        return None

    async def _peek(self) -> Frame | None:
        if self._next is None and not self._done:
            if self._frames is None:
                decoder = FrameDecoder(self._limits.event)
                self._frames = self._pieces(decoder.feed, decoder.flush)
            self._next = await anext(self._frames, None)
            self._done = self._next is None
        return self._next


class AsyncChainItems(Generic[T]):
    """The items of a chain's stream."""

    def __init__(self, stream: AsyncChainStream, read: Callable[[Frame], T]) -> None:
        self._stream = stream
        self._read = read

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        return await self._stream._item(self._read)
