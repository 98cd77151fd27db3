"""The connections of a client: one lane for each event loop and process that it is used in.

A lane is a transport and the limiter in front of it. A client that is used in a second event loop, or after a fork,
opens connections of its own there; those of a loop that has ended are dropped, not awaited.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from .._io.home import AsyncHome
from .._io.limiter import AsyncLimiter
from ..config import Limits
from ..errors import ClientClosedError
from .transports.base import AsyncTransport

log = logging.getLogger("baseten_sdk")


class AsyncLane:
    """A transport and the queue in front of it."""

    __slots__ = ("limiter", "transport")

    def __init__(self, transport: AsyncTransport, limiter: AsyncLimiter) -> None:
        self.transport = transport
        self.limiter = limiter


class AsyncConnections:
    """Hands out the lane of the loop that asks.

    Args:
        open_transport: makes a transport; called when a loop first needs one.
        limits: how wide a lane is.
    """

    def __init__(self, open_transport: Callable[[], AsyncTransport], limits: Limits) -> None:
        self._open_transport = open_transport
        self._limits = limits
        self._home: tuple[int, object] | None = None
        self._lane: AsyncLane | None = None
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether `aclose` was called."""
        return self._closed

    def lane(self) -> AsyncLane:
        """The lane of the running loop.

        Raises:
            ClientClosedError: the client was closed.
        """
        if self._closed:
            raise ClientClosedError("The client is closed.")
        home = AsyncHome.current()
        if self._lane is None or home != self._home:
            if self._lane is not None:
                log.info("This client is used in another event loop or process; it opens new connections there.")
                self._lane.transport.abandon()
            self._lane = AsyncLane(self._open_transport(), AsyncLimiter(self._limits.concurrency))
            self._home = home
        return self._lane

    async def aclose(self) -> None:
        """Close the connections of the running loop. Closing twice is fine."""
        self._closed = True
        lane, self._lane = self._lane, None
        if lane is not None and self._home == AsyncHome.current():
            await lane.transport.aclose()

    def __repr__(self) -> str:
        if self._closed:
            return "<closed>"
        return "<not connected>" if self._lane is None else repr(self._lane.limiter)
