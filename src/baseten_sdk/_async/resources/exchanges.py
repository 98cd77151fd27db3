"""`client.exchanges`: requests that another library has built, made as calls of a client or pool.

It owns the rules for such requests: which URL they may go to, which headers count, how timeouts combine with the
client's, and what happens to an error status. It must not know the other library.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..._core.pool.retarget import ENGINE, PLACEHOLDER
from ..._core.reply.response import WholeResponse
from ..._core.request.foreign import asks_for_stream, foreign_request, model_first, shorter
from ..._core.request.json_codec import encode_json
from ..._core.request.options import Options
from ..._core.stream.end_mark import EndMark
from ...errors import APIStatusError, InvalidRequestError, StreamInterrupted
from ...hooks import CallEnded
from ...types.http_timeout import HttpTimeout
from ...types.meta import Headers, Meta
from ..calls.body import AsyncResponseStream
from ..calls.service import AsyncService

DONE_WITH = frozenset({"connection", "content-encoding", "content-length", "keep-alive", "transfer-encoding"})
"""Headers of a reply that are dropped because its body is passed on decoded."""

EVENTS = "text/event-stream"

POOL = "http://pool.invalid/v1"
"""The base URL by which another library reaches a pool. The name is never looked up."""

KEPT = 64
"""URLs, and timeouts with their options, that are kept."""


class AsyncHttpExchange:
    """A reply: its status and headers, and its body as it arrives.

    Attributes:
        status_code: The HTTP status. It may be an error.
        headers: Names in lower case, and values.
        meta: Request ID, attempts and time.
        content: The whole body, if it has arrived. None if it comes in pieces.
    """

    def __init__(self, meta: Meta, content: bytes = b"", stream: AsyncResponseStream | None = None) -> None:
        self.status_code = meta.status_code
        self.headers = [(name, value) for name, value in meta.headers.items() if name not in DONE_WITH]
        self.meta = meta
        self.content = content if stream is None else None
        self._rest = content
        self._stream = stream
        events = meta.headers.get("content-type", "").startswith(EVENTS)
        self._ending = EndMark() if stream is not None and events else None

    async def receive(self) -> bytes:
        """Return the next piece of the body; b"" at its end.

        Raises:
            APIConnectionError: The connection broke.
            APITimeoutError: The reply was silent for too long, or the deadline passed.
            StreamInterrupted: The events ended before the message was complete.
        """
        stream = self._stream
        if stream is None:
            content, self._rest = self._rest, b""
            return content
        try:
            piece = await stream.receive()
        except BaseException as error:
            if stream.observed is not None:
                stream.observed.failed(error)
            raise
        if piece:
            stream.progress()
            if self._ending is not None:
                self._ending.feed(piece)
            if stream.observed is not None:
                stream.observed.chunk(stream.redactor.value(piece))
            return piece
        await self._end(stream)
        return b""

    async def _end(self, stream: AsyncResponseStream) -> None:
        await stream.aclose()
        if self._ending is not None and not self._ending.found:
            error = stream.described(StreamInterrupted("The stream ended before its message was complete."))
            if stream.observed is not None:
                stream.observed.failed(error)
            raise error
        if stream.observed is not None:
            stream.observed.ended(CallEnded(None, self.meta))

    async def aclose(self) -> None:
        """End the exchange. The connection is kept if the message was complete. Closing twice is fine."""
        stream = self._stream
        if stream is None or stream.closed:
            return
        complete = self._ending is not None and self._ending.found
        await (stream.finish() if complete else stream.aclose())
        if stream.observed is not None:
            stream.observed.ended(CallEnded(None, self.meta, complete))


class AsyncExchanges:
    """Makes requests of other libraries, with the limits, deadlines, retries, gates and observers of the client.

    Args:
        service: Makes the calls.
        base_url: The base URL of the API that the other library calls.
        pooled: Whether a pool makes the calls.
    """

    def __init__(self, service: AsyncService, base_url: str, *, pooled: bool = False) -> None:
        self._service = service
        self._pooled = pooled
        self._options: dict[HttpTimeout, Options] = {}
        self._urls: dict[str, str] = {}
        self.base_url = base_url

    async def send(
        self,
        method: str,
        url: str,
        headers: Iterable[tuple[str, str]],
        content: bytes,
        timeout: HttpTimeout | None = None,
    ) -> AsyncHttpExchange:
        """Make a call.

        Args:
            method: The verb.
            url: An absolute URL on one of the client's hosts, or below a pool's `base_url`.
            headers: What is sent. An authorization stays as it is; without one, the client's key is sent.
            content: The body.
            timeout: The other library's own timeouts.

        Returns:
            The reply, whatever its status.

        Raises:
            APIConnectionError: There was no reply, after all attempts.
            InvalidRequestError: The URL is not one of the client's.
        """
        body = model_first(content) if self._pooled else content
        streamed = asks_for_stream(content)
        request = foreign_request(method, self._resolve(url), headers, body, streamed=streamed)
        options = self._within(timeout)
        caller = self._service.caller
        try:
            if streamed:
                stream = await caller.open(request, options)
                return AsyncHttpExchange(stream.meta, stream=stream)
            whole, meta = await caller.fetch(request, options, _whole)
        except APIStatusError as error:
            return _of_error(error, options)
        return AsyncHttpExchange(meta, whole.body)

    def _resolve(self, url: str) -> str:
        """Return the URL if it may be called. The last few are remembered, because a library calls the same ones."""
        found = self._urls.get(url)
        if found is not None:
            return found
        if len(self._urls) >= KEPT:
            self._urls.clear()
        if not self._pooled:
            found = self._service.router.resolve(url)
        elif url.startswith(f"{POOL}/"):
            found = f"{PLACEHOLDER}{ENGINE}{url[len(POOL) + 1 :]}"
        else:
            raise InvalidRequestError(f"A pool is called below {POOL}: give it to the other library as its base URL.")
        self._urls[url] = found
        return found

    def _within(self, timeout: HttpTimeout | None) -> Options:
        """Return the client's options, limited by the other library's timeouts."""
        if timeout is None:
            return self._service.options
        found = self._options.get(timeout)
        if found is None:
            if len(self._options) >= KEPT:
                self._options.clear()
            own = self._service.options
            found = self._options[timeout] = replace(own, timeout=shorter(own.timeout, timeout))
        return found


def _of_error(error: APIStatusError, options: Options) -> AsyncHttpExchange:
    """Return an error status as the other library would have received it.

    OpenAI's clients are told not to retry again.
    """
    copied = dict(error.headers)
    if options.retry.max_retries:
        copied["x-should-retry"] = "false"
    content = error.raw
    if not content:
        copied["content-type"] = "application/json"
        content = encode_json({"error": {"message": error.message, "code": error.code, "type": error.type}})
    headers = Headers(copied.items())
    return AsyncHttpExchange(Meta(error.status_code, headers, error.attempts, error.elapsed or 0.0), content)


def _whole(response: WholeResponse) -> WholeResponse:
    return response
