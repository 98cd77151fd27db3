"""The body of a stream that is open: its pieces as they come, its place in the limiter, and its end.

It is given back exactly once, however the stream ends: read to its end, closed early, cancelled, failed, or forgotten.
"""

from __future__ import annotations

import time
import warnings
from contextlib import suppress

from ..._core.policy.observers import ObservedCall, ObservedRequest
from ..._core.policy.phases import Expired, timeout_error
from ..._core.reply.call_context import locate
from ..._core.reply.redaction import redact
from ..._core.request.options import Options
from ..._core.request.request import Request
from ..._io.limiter import AsyncAdmission
from ..._io.timer import AsyncTimer
from ...errors import APIConnectionError, APIError, ClientClosedError
from ...types.meta import Meta
from ..transports.base import AsyncOpenResponse

DRAIN = 0.1
"""Seconds in which the end of the body must come after the end of the message, else the connection is closed."""


class AsyncResponseStream:
    """The pieces of an open reply."""

    def __init__(self, exchange: AsyncOpenResponse, limiter: AsyncAdmission, timer: AsyncTimer) -> None:
        self._exchange = exchange
        self._limiter = limiter
        self._timer = timer
        timer.last()
        self._progressed = False
        self._closed = False
        self._ended = False
        self.meta = Meta()
        self._request: Request | None = None
        self._options = Options()
        self._key = ""
        self._opened_at = 0.0

    def started(self, request: Request, options: Options, attempts: int, elapsed: float, key: str) -> None:
        """The call is through: what it took to get here, and the key that no error may show."""
        self._request, self._options, self._key = request, options, key
        self._opened_at = time.monotonic() - elapsed
        exchange = self._exchange
        self.meta = Meta(exchange.status, exchange.headers, attempts, elapsed, request.method, request.place)

    @property
    def watch(self) -> ObservedCall | None:
        """Who watches the call."""
        return self._request.watch if isinstance(self._request, ObservedRequest) else None

    @property
    def closed(self) -> bool:
        """Whether the connection and the place were given back."""
        return self._closed

    def progress(self) -> None:
        """What was received was worth something: the next silence is measured anew."""
        self._progressed = True

    async def receive(self) -> bytes:
        """The next piece; b"" at the end.

        Raises:
            APIConnectionError: the connection broke, or the body ended early.
            APITimeoutError: silence for too long, or the deadline passed.
        """
        if self._ended:
            return b""
        if self._closed:
            raise ClientClosedError("The stream is closed.")
        if self._progressed:
            self._timer.release_attempt()
            self._timer.enter("idle")
            self._progressed = False
        failure: APIError
        try:
            with self._timer:
                piece = await self._exchange.receive()
            if not piece:
                self._ended = True
            return piece
        except Expired as expired:
            failure = timeout_error(expired.expiry, status_code=self._exchange.status)
        except APIConnectionError as error:
            failure = error
        except BaseException:
            await self.aclose()
            raise
        await self.aclose()
        raise self.located(failure)

    def located(self, error: APIError) -> APIError:
        """The error, told which call it belongs to."""
        if self._request is not None:
            elapsed = time.monotonic() - self._opened_at
            locate(error, self._request, self._options, self.meta.attempts, elapsed)
        if error.request_id is None or error.request_id == self._options.request_id:
            error.request_id = self.meta.request_id or self._options.request_id
        redact(error, self._key, () if self._request is None else self._request.headers)
        return error

    async def finish(self) -> None:
        """The message is complete. Take the end of the body if it comes at once, so that the connection is kept."""
        if not self._closed and not self._ended:
            self._timer.shorten(DRAIN)
            with suppress(APIError, Expired), self._timer:
                self._ended = not await self._exchange.receive()
        await self.aclose()

    async def aclose(self) -> None:
        """Give the connection and the place back. Closing twice is fine."""
        if self._closed:
            return
        self._closed = True
        self._timer.close()
        try:
            await self._exchange.aclose()
        finally:
            self._limiter.release()

    def __del__(self) -> None:
        if not self._closed:
            self._closed = True
            self._timer.close()
            self._exchange.abandon()
            self._limiter.release()
            warnings.warn(
                "A stream was not closed: use `async with`, read it to its end, or call aclose().",
                ResourceWarning,
                stacklevel=1,
                source=self,
            )
