"""The connections of a client: one channel for each event loop and process that uses it.

A channel is a transport and the limiter in front of it. In a second event loop, or after a fork, a client opens new
connections. Those of a loop that has ended are dropped, not awaited.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ..._io.clock import AsyncClock
from ..._io.limiter import AsyncLimiter, AsyncPermit
from ..._io.loop_identity import AsyncLoopIdentity
from ..._io.timer import AsyncTimer
from ..._repr import safe_repr
from ...config import Limits
from ...errors import ClientClosedError
from ..transports.base import AsyncTransport
from ..transports.opener import AsyncOpener

if TYPE_CHECKING:
    from ..._io.rate_state import RateState
    from ..._io.throttle import AsyncThrottle

log = logging.getLogger("baseten_sdk")


class AsyncChannel:
    """A transport, the limiter in front of it, and what makes the timers of its calls."""

    __slots__ = ("_opener", "_throttle", "_upgrading", "limiter", "new_timer", "transport")

    def __init__(self, opener: AsyncOpener, limiter: AsyncLimiter) -> None:
        self._opener = opener
        self._upgrading: AsyncTransport | None = None
        self.transport = opener()
        self.limiter = limiter
        self.new_timer = AsyncTimer.factory()
        self._throttle: AsyncThrottle | None = None

    def upgrading(self) -> AsyncTransport:
        """Return the transport for requests that ask for another protocol, which httpx cannot send.

        Raises:
            ConfigurationError: The client was made with an httpx client.
        """
        if self._upgrading is None:
            self._upgrading = self._opener.upgrading(self.transport)
        return self._upgrading

    async def aclose(self) -> None:
        """Close all connections."""
        try:
            await self.transport.aclose()
        finally:
            if self._upgrading is not None:
                await self._upgrading.aclose()

    def abandon(self) -> None:
        """Drop all connections without closing them."""
        self.transport.abandon()
        if self._upgrading is not None:
            self._upgrading.abandon()

    def permit(self, rate_state: RateState | None, clock: AsyncClock) -> AsyncPermit:
        """Return a permit for one attempt. It holds nothing until it is admitted.

        Args:
            rate_state: The client's limits and refusals, if there are any.
        """
        if rate_state is None or rate_state.idle:
            return AsyncPermit(self.limiter)

        from ..._io.throttle import AsyncThrottle
        from .rate_limited import AsyncRatedPermit

        if self._throttle is None:
            self._throttle = AsyncThrottle(rate_state)
        return AsyncRatedPermit(self.limiter, self._throttle, rate_state, clock)


class AsyncConnections:
    """Hands out the channel of the running loop.

    Args:
        opener: Makes a transport when a loop first needs one.
        limits: The width of a channel.
    """

    def __init__(self, opener: AsyncOpener, limits: Limits) -> None:
        self._opener = opener
        self._limits = limits
        self._channels: dict[tuple[int, object], AsyncChannel] = {}
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether `aclose` was called."""
        return self._closed

    def channel(self) -> AsyncChannel:
        """Return the channel of the running loop.

        Raises:
            ClientClosedError: The client was closed.
        """
        if self._closed:
            raise ClientClosedError("The client is closed.")
        loop = AsyncLoopIdentity.current()
        return self._channels.get(loop) or self._open(loop)

    def _open(self, loop: tuple[int, object]) -> AsyncChannel:
        for other in [each for each in list(self._channels) if AsyncLoopIdentity.is_over(each)]:
            log.info("The event loop or process of this client has ended; it opens new connections.")
            self._channels.pop(other).abandon()
        channel = AsyncChannel(self._opener, AsyncLimiter(self._limits.concurrency))
        return self._channels.setdefault(loop, channel)

    async def aclose(self) -> None:
        """Close the connections of the running loop, and drop the others. Closing twice is fine."""
        self._closed = True
        channels, self._channels = self._channels, {}
        own = channels.pop(AsyncLoopIdentity.current(), None)
        for channel in channels.values():
            channel.abandon()
        if own is not None:
            await own.aclose()

    @safe_repr
    def __repr__(self) -> str:
        if self._closed:
            return "<closed>"
        return " ".join(repr(channel.limiter) for channel in self._channels.values()) or "<not connected>"
