"""Continues a chat stream that was cut at another member of its pool. The core decides what can be continued."""

from __future__ import annotations

from math import inf
from typing import Protocol

from ..._core.pool.continuation import continued, why_not
from ..._core.request.options import Options
from ..._core.request.request import Request
from ..._io.clock import AsyncClock
from ...errors import APIError, APITimeoutError, ContinuationError, StreamInterrupted
from ...types.meta import Meta
from ...types.pool import Target
from .body import AsyncResponseStream


class AsyncGoOn(Protocol):
    """Opens a stream at another member than the one whose stream was cut."""

    async def __call__(self, request: Request, options: Options, cut: Target | None, /) -> AsyncResponseStream: ...


class AsyncContinuation:
    """Opens the rest of a chat each time it is cut.

    Args:
        go_on: Opens a stream at a member that can continue a message.
        clock: The client's clock.
        request: The request for the whole chat.
        options: The options of the whole chat.
    """

    def __init__(self, go_on: AsyncGoOn, clock: AsyncClock, request: Request, options: Options) -> None:
        self._go_on = go_on
        self._clock = clock
        self._request = request
        self._options = options
        self._end = inf if options.deadline is None else clock.now() + options.deadline

    async def open(self, cut: StreamInterrupted | APITimeoutError, meta: Meta) -> AsyncResponseStream:
        """Open the rest.

        Args:
            cut: How the chat was cut. Its `partial` holds what had arrived.
            meta: The facts of the exchange that was cut.

        Raises:
            ContinuationError: It cannot be continued, or no other member continued it.
        """
        partial = cut.partial
        reason = why_not(self._request, partial)
        if reason is not None:
            raise ContinuationError(f"The stream was cut, and was not continued: {reason}.", partial=partial)
        tries = meta.cut_tries
        left = self._end - self._clock.now()
        options = self._options if left == inf else self._options.left_of_deadline(max(left, 0.0))
        try:
            stream = await self._go_on(continued(self._request, partial), options, meta.served_by)
        except APIError as error:
            refused = ContinuationError(
                f"The stream was cut, and no member of the pool continued it: {error.message}", partial=partial
            )
            refused.tries = (*tries, *error.tries)
            raise refused from error
        stream.meta = stream.meta.with_tries((*tries, *stream.meta.tries))
        return stream
