"""The way of one attempt where there are limits on requests or tokens, or where the service has refused.

It stands in the place of a lane: what the call asks of limiter and transport is asked here first. The order is the
gate, the allowance, a place among the calls in flight; so nobody who waits for the first two keeps a place from others.
A request is spent when it is sent, and tokens are settled when the place is given back: the whole reply was read then,
or the stream has ended.
"""

from __future__ import annotations

import time

from ..._core.policy.rate_limit import Reservation
from ..._core.policy.token_estimate import TAIL, UNMETERED, Used
from ..._core.request.request import Request
from ..._io.clock import AsyncClock
from ..._io.rate_state import RateState
from ..._io.throttle import AsyncThrottle
from ..._io.timer import AsyncTimer
from ...errors import APIConnectionError
from ..transports.base import AsyncOpenResponse
from .connections import AsyncLane

TOLD = tuple(f"x-ratelimit-{what}-{of}".encode() for what in ("limit", "remaining") for of in ("requests", "tokens"))
"""Headers that tell of the service's own limits."""


class AsyncThrottledLane:
    """A lane for one attempt."""

    __slots__ = ("_clock", "_estimate", "_exchange", "_lane", "_meter", "_placed", "_reservation", "_throttle", "_used")

    def __init__(self, lane: AsyncLane, meter: RateState, clock: AsyncClock) -> None:
        self._lane = lane
        self._meter = meter
        self._clock = clock
        if lane.throttle is None:
            lane.throttle = AsyncThrottle(meter)
        self._throttle = lane.throttle
        self._reservation: Reservation | None = None
        self._estimate = UNMETERED
        self._exchange: AsyncMetered | None = None
        self._placed = False
        self._used = 0.0

    @property
    def limiter(self) -> AsyncThrottledLane:
        """What gives places."""
        return self

    @property
    def transport(self) -> AsyncThrottledLane:
        """What carries the request."""
        return self

    async def acquire(self, timer: AsyncTimer) -> None:
        """Nothing yet: what is needed depends on the request."""

    async def send(self, request: Request, timer: AsyncTimer) -> AsyncOpenResponse:
        """Wait for everything that must be had, then send."""
        meter, clock, lane = self._meter, self._clock, self._lane
        await self._throttle.gate(request.place, timer, clock)
        if not meter.limited:
            await lane.limiter.acquire(timer)
            self._placed = True
            return await lane.transport.send(request, timer)
        self._estimate = meter.estimate(request)
        self._reservation = reservation = await self._throttle.reserve(self._estimate.tokens, timer, clock)
        await lane.limiter.acquire(timer)
        self._placed = True
        if reservation.tokens:
            request = request.with_header("accept-encoding", "identity")
        meter.sent(reservation, clock.steady())
        self._used = reservation.tokens
        try:
            exchange = await lane.transport.send(request, timer)
        except APIConnectionError as error:
            if error.phase == "connect":
                self._used = 0.0
            raise
        succeeded = 200 <= exchange.status < 300
        if not succeeded:
            self._used = 0.0
        elif any(exchange.headers.mentions(name) for name in TOLD):
            meter.told(request.place, exchange.headers, time.time(), clock.steady())
        if not reservation.tokens or not succeeded:
            return exchange
        self._exchange = AsyncMetered(exchange)
        return self._exchange

    def release(self) -> None:
        """The attempt has ended: give back what it held."""
        if self._placed:
            self._placed = False
            self._lane.limiter.release()
        reservation, self._reservation = self._reservation, None
        if reservation is None:
            return
        used = Used.read(self._exchange.tail) if self._exchange is not None else None
        self._meter.settle(reservation, self._estimate, self._used if used is None else used, self._clock.steady())
        self._throttle.wake()


class AsyncMetered:
    """An exchange whose end is remembered: it says how many tokens were used.

    Attributes:
        tail: the last bytes that have come.
    """

    __slots__ = ("_exchange", "headers", "status", "tail")

    def __init__(self, exchange: AsyncOpenResponse) -> None:
        self._exchange = exchange
        self.status = exchange.status
        self.headers = exchange.headers
        self.tail = b""

    @property
    def ready(self) -> bool:
        return self._exchange.ready

    def whole(self) -> bytes | None:
        whole = self._exchange.whole()
        if whole is not None:
            self.tail = whole[-TAIL:]
        return whole

    async def receive(self) -> bytes:
        piece = await self._exchange.receive()
        self.tail = piece[-TAIL:] if len(piece) >= TAIL else (self.tail + piece)[-TAIL:]
        return piece

    async def aclose(self) -> None:
        await self._exchange.aclose()

    def abandon(self) -> None:
        self._exchange.abandon()
