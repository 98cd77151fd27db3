"""The stream of a deployment's own model, read as bytes, text, lines, JSON lines or server-sent events."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Self, TypeVar

from ..._core.request.options import Options
from ..._core.request.request import Request
from ..._core.stream.json_lines import JSONLinesDecoder
from ..._core.stream.sse import ServerSentEvent, SSEDecoder
from ..._core.stream.text import LineDecoder, TextDecoder
from ...config import Limits
from ...errors import ConfigurationError
from ...hooks import CallEnded
from ...types.json import JsonValue
from ...types.meta import Meta
from ..calls.body import AsyncResponseStream
from ..calls.service import AsyncCalls
from .pieces import AsyncPieces, Piece

T = TypeVar("T")


class AsyncPredictStream:
    """A stream of `stream_predict`. Enter it, then read it in one of five ways.

    A model that fails in the middle can no longer change the status of its reply, so its stream simply ends. To know
    that a stream is complete, let the model send an end mark of its own.

    Example:
        async with deployment.stream_predict({"prompt": "..."}) as stream:
            async for text in stream.text():
                print(text, end="")
    """

    _made_by = "deployment.stream_predict"

    def __init__(self, caller: AsyncCalls, request: Request, options: Options) -> None:
        self._caller = caller
        self._request = request
        self._options = options
        self._opened: AsyncResponseStream | None = None
        self._taken = False

    @property
    def meta(self) -> Meta:
        """Request ID, status, headers and attempts. `elapsed` is the time to the headers."""
        return self._body.meta

    @property
    def _body(self) -> AsyncResponseStream:
        if self._opened is None:
            raise ConfigurationError(f"Enter the stream first: async with {self._made_by}(...) as stream.")
        return self._opened

    def bytes(self) -> AsyncPieces[Piece]:
        """Read bytes as they arrive. The boundaries between the pieces mean nothing."""
        return self._pieces(lambda piece: (piece,), lambda: ())

    def text(self) -> AsyncPieces[str]:
        """Read UTF-8 text. A character is never split. Bytes that are not UTF-8 are replaced."""
        decoder = TextDecoder()
        return self._pieces(
            lambda piece: filter(None, (decoder.feed(piece),)), lambda: filter(None, (decoder.flush(),))
        )

    def lines(self) -> AsyncPieces[str]:
        """Read lines of text, without their line ends."""
        decoder = LineDecoder(self._limits.event)
        return self._pieces(decoder.feed, decoder.flush)

    def json_lines(self) -> AsyncPieces[JsonValue]:
        """Read the JSON value of each line. Blank lines are skipped."""
        decoder = JSONLinesDecoder(self._limits.event)
        return self._pieces(decoder.feed, decoder.flush)

    def sse(self) -> AsyncPieces[ServerSentEvent]:
        """Read server-sent events, whatever the content type says. `[DONE]` is an event like any other."""
        decoder = SSEDecoder(self._limits.event)
        return self._pieces(decoder.feed, decoder.flush)

    @property
    def _limits(self) -> Limits:
        return self._caller.limits

    def _pieces(self, feed: Callable[[Piece], Iterable[T]], flush: Callable[[], Iterable[T]]) -> AsyncPieces[T]:
        body = self._body
        if self._taken:
            raise ConfigurationError("A stream can be read in one way, once.")
        self._taken = True
        pieces = AsyncPieces(body, feed, flush, self._limits.stream)
        if body.observed is None:
            return pieces

        from .observed import AsyncObservedPieces

        return AsyncObservedPieces(pieces, body.observed)

    async def aclose(self) -> None:
        """Stop reading and give the connection back. Closing twice is fine."""
        if self._opened is not None:
            await self._opened.aclose()
            if self._opened.observed is not None:
                self._opened.observed.ended(CallEnded(None, self._opened.meta, complete=False))

    async def __aenter__(self) -> Self:
        self._opened = await self._caller.open(self._request, self._options)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
