"""The connections of a client: one lane for each event loop and process that it is used in.

A lane is a transport and the limiter in front of it. A client that is used in a second event loop, or after a fork,
opens connections of its own there; those of a loop that has ended are dropped, not awaited.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from ..._core.request.request import Request
from ..._io.limiter import AsyncAdmission, AsyncLimiter
from ..._io.loop_identity import AsyncLoopIdentity
from ..._io.timer import AsyncTimer
from ...config import Limits
from ...errors import ClientClosedError
from ..transports.base import AsyncOpenResponse, AsyncTransport

if TYPE_CHECKING:
    from ..._io.throttle import AsyncThrottle

log = logging.getLogger("baseten_sdk")


class AsyncCarrier(Protocol):
    """What carries a request; a transport does."""

    async def send(self, request: Request, timer: AsyncTimer) -> AsyncOpenResponse:
        """Send a request and wait for the reply's headers."""
        ...


class AsyncRoute(Protocol):
    """What an attempt goes through: a lane, or what stands before one."""

    @property
    def limiter(self) -> AsyncAdmission: ...

    @property
    def transport(self) -> AsyncCarrier: ...


class AsyncLane:
    """A transport and the queue in front of it.

    Attributes:
        throttle: the queue of those who wait for a limit or a gate, once there are any.
    """

    __slots__ = ("limiter", "throttle", "transport")

    def __init__(self, transport: AsyncTransport, limiter: AsyncLimiter) -> None:
        self.transport = transport
        self.limiter = limiter
        self.throttle: AsyncThrottle | None = None


class AsyncConnections:
    """Hands out the lane of the loop that asks.

    Args:
        open_transport: makes a transport; called when a loop first needs one.
        limits: how wide a lane is.
    """

    def __init__(self, open_transport: Callable[[], AsyncTransport], limits: Limits) -> None:
        self._open_transport = open_transport
        self._limits = limits
        self._lanes: dict[tuple[int, object], AsyncLane] = {}
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
        home = AsyncLoopIdentity.current()
        return self._lanes.get(home) or self._open(home)

    def _open(self, home: tuple[int, object]) -> AsyncLane:
        for other in [each for each in list(self._lanes) if AsyncLoopIdentity.is_over(each)]:
            log.info("The event loop or process of this client has ended; connections are opened anew.")
            self._lanes.pop(other).transport.abandon()
        lane = AsyncLane(self._open_transport(), AsyncLimiter(self._limits.concurrency))
        return self._lanes.setdefault(home, lane)

    async def aclose(self) -> None:
        """Close the connections of the running loop, and let go of others. Closing twice is fine."""
        self._closed = True
        lanes, self._lanes = self._lanes, {}
        own = lanes.pop(AsyncLoopIdentity.current(), None)
        for lane in lanes.values():
            lane.transport.abandon()
        if own is not None:
            await own.transport.aclose()

    def __repr__(self) -> str:
        if self._closed:
            return "<closed>"
        return " ".join(repr(lane.limiter) for lane in self._lanes.values()) or "<not connected>"
