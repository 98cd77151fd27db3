"""The body of an open stream: its pieces as they arrive, its permit, and its end.

The permit is settled exactly once, however the stream ends: read to its end, closed early, canceled, failed, or
abandoned.
"""

from __future__ import annotations

import warnings
from contextlib import suppress
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING

from ..._core.policy.observers import ObservedCall
from ..._core.policy.phases import Expired, timeout_error
from ..._core.policy.token_estimate import TAIL
from ..._core.reply.redaction import Redactor
from ..._io.clock import AsyncClock
from ..._io.stopper import check_stopped
from ...errors import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    ClientClosedError,
    ConfigurationError,
    DeadlineExceeded,
    FirstByteTimeout,
    StreamError,
)
from .opened import AsyncOpened

if TYPE_CHECKING:
    from ..._core.pool.first_event import FirstEvent

DRAIN = 0.1
"""Seconds for the end of the body to follow the end of the message. After that, the connection is closed."""

SECOND_READER = "Another task or thread is reading this stream. Let it pass on what it reads."


class AsyncResponseStream:
    """The pieces of an open reply.

    Attributes:
        meta: The facts of the exchange. `elapsed` is the time to the headers.
        closed: Whether the connection and the permit were given back.
    """

    def __init__(self, opened: AsyncOpened, clock: AsyncClock) -> None:
        self._call, self._exchange, self._permit, self._timer, _ = opened
        self._clock = clock
        self._progressed = False
        self._reading = False
        self._ended = False
        self._tail = b""
        self._held: list[bytes] = []
        self.closed = False
        self.meta = self._call.meta(self._exchange.status, self._exchange.headers, clock.steady())

    @property
    def observed(self) -> ObservedCall | None:
        """The observers of the call."""
        return self._call.observed

    @cached_property
    def redactor(self) -> Redactor:
        """What removes the secrets of the call from what observers see."""
        return self._call.redactor()

    def progress(self) -> None:
        """Note progress, which restarts the idle limit."""
        self._progressed = True

    async def receive(self) -> bytes:
        """Return the next piece; b"" at the end.

        Raises:
            APIConnectionError: The connection broke, or the body ended early.
            APITimeoutError: The stream was silent for too long, or the deadline passed.
            ConfigurationError: Somebody else is reading it.
        """
        if self._reading:
            raise ConfigurationError(SECOND_READER)
        if self._held:
            return self._held.pop(0)
        if self._ended:
            return b""
        if self.closed:
            raise ClientClosedError("The stream is closed.")
        if self._progressed:
            self._timer.release_attempt()
            self._timer.enter("idle")
            self._progressed = False
        failure: APIError
        try:
            self._reading = True
            with self._timer:
                piece = await self._exchange.receive()
            if not piece:
                self._ended = True
            elif self._permit.rated:
                self._tail = (self._tail + piece)[-TAIL:]
            return piece
        except Expired as expired:
            failure = timeout_error(expired.expiry, status_code=self._exchange.status)
        except APIConnectionError as error:
            failure = error
        except BaseException:
            await self.aclose()
            raise
        finally:
            self._reading = False
        await self.aclose()
        check_stopped()
        raise self.described(failure)

    async def await_first(self, event: FirstEvent, within: float | None) -> None:
        """Wait for the first event. The pieces are kept for the reader of the stream.

        Args:
            event: Detects the first event.
            within: Seconds that it may take. None: the limit of any other silence.

        Raises:
            StreamError: The stream was cut before, or it begins with an error.
            FirstByteTimeout: The event did not come in time.
        """
        if within is not None:
            self._timer.shorten(max(within, 0.0))
        held: list[bytes] = []
        try:
            while True:
                piece = await self.receive()
                held.append(piece)
                if event.came_with(piece) or not piece:
                    break
        except StreamError as error:
            await self.aclose()
            raise self.described(error) from None
        except (DeadlineExceeded, FirstByteTimeout):
            raise
        except APITimeoutError:
            if within is None:
                raise
            message = "The stream was open, and its first event did not come in time; see first_event=."
            raise self.described(FirstByteTimeout(message, phase="first_byte", limit=within)) from None
        self._timer.looks = inf
        self._held = [piece for piece in held if piece]
        if within is not None:
            self._timer.release_attempt()
            self._timer.enter("idle")

    def described(self, error: APIError) -> APIError:
        """Return the error with the facts of this call."""
        if not error.tries:
            error.tries = self.meta.cut_tries
        return self._call.describe(error, self._clock.steady(), self.meta.request_id)

    async def finish(self) -> None:
        """Note that the message is complete. Read the end of the body if it comes at once, to keep the connection."""
        if not self.closed and not self._ended:
            self._timer.shorten(DRAIN)
            with suppress(APIError, Expired), self._timer:
                self._ended = not await self._exchange.receive()
        await self.aclose()

    async def aclose(self) -> None:
        """Give the connection and the permit back. Closing twice is fine."""
        if self.closed:
            return
        self.closed = True
        try:
            await self._exchange.aclose()
        finally:
            self._permit.settle(self._tail)

    def __del__(self) -> None:
        # Also if closing was interrupted. If the constructor was interrupted, the call settles the permit.
        if hasattr(self, "meta") and self._permit.held:
            closed, self.closed = self.closed, True
            self._exchange.abandon()
            self._permit.settle(self._tail)
            if not closed:
                warnings.warn(
                    "A stream was not closed: use `async with`, read it to its end, or call aclose().",
                    ResourceWarning,
                    stacklevel=1,
                    source=self,
                )
