"""The permit of an attempt under limits of requests or tokens, or after a refusal.

An attempt passes the backoff gate, then gets its allowance, then a slot among the calls in flight. So a call that waits
for the first two keeps no slot from others. The request is spent when it is sent. The tokens are settled when the
permit is given back, after the whole reply was read or the stream has ended.
"""

from __future__ import annotations

import time

from ..._core.policy.gate_key import gate_key
from ..._core.policy.gate_wait import not_sent
from ..._core.policy.rate_limit import Reservation
from ..._core.policy.token_estimate import UNMETERED, Used
from ..._core.reply.call_record import CallRecord
from ..._io.clock import AsyncClock
from ..._io.limiter import AsyncLimiter, AsyncPermit
from ..._io.rate_state import GateWaiter, RateState
from ..._io.throttle import AsyncThrottle, AsyncWaiter
from ..._io.timer import AsyncTimer
from ...types.meta import Headers
from .gate import pass_gate

LIMIT_HEADERS = tuple(
    f"x-ratelimit-{what}-{of}".encode() for what in ("limit", "remaining") for of in ("requests", "tokens")
)
"""Headers that report the service's own limits."""


class AsyncRatedPermit(AsyncPermit):
    """What one attempt holds: a slot, a request of the minute, and the tokens that it may use."""

    __slots__ = (
        "_clock",
        "_estimate",
        "_gate_waiter",
        "_key",
        "_rate_state",
        "_rate_waiter",
        "_reservation",
        "_throttle",
    )

    rated = True

    def __init__(
        self, limiter: AsyncLimiter, throttle: AsyncThrottle, rate_state: RateState, clock: AsyncClock
    ) -> None:
        super().__init__(limiter)
        self._throttle = throttle
        self._rate_state = rate_state
        self._clock = clock
        self._key = ""
        self._estimate = UNMETERED
        self._reservation: Reservation | None = None
        self._gate_waiter: GateWaiter | None = None
        self._rate_waiter: AsyncWaiter | None = None

    def take(self) -> bool:
        """Return False, because the gate and the allowance come before the slot."""
        return False

    async def admit(self, call: CallRecord, timer: AsyncTimer) -> None:
        """Wait for the gate, the allowance and the slot. A call without retries does not wait at the gate."""
        rate_state, clock = self._rate_state, self._clock
        self._key = gate_key(call.request)
        await self._pass_gate(call, timer)
        if rate_state.limited:
            self._estimate = rate_state.estimate(call.request)
            self._reservation = reservation = Reservation()
            self._rate_waiter = waiter = self._throttle.waiter()
            await self._throttle.reserve(call, self._estimate.tokens, timer, clock, waiter, reservation)
            self._rate_waiter = None
        await self._wait_for_slot(call, timer)
        while self._wakeup is not None and self._heeds_gate(call) and rate_state.closed(self._key, clock.steady()):
            # The gate has closed while the call waited for its slot.
            self._wakeup = None
            super().settle()
            await self._pass_gate(call, timer)
            await self._wait_for_slot(call, timer)
        if self._reservation is not None:
            rate_state.sent(self._reservation, clock.steady())

    async def _wait_for_slot(self, call: CallRecord, timer: AsyncTimer) -> None:
        if not super().take():
            await super().admit(call, timer)

    def _heeds_gate(self, call: CallRecord) -> bool:
        return call.options.at_gate is not None or call.options.retry.max_retries > 0

    async def _pass_gate(self, call: CallRecord, timer: AsyncTimer) -> None:
        if call.options.at_gate == "leave":
            if wait := self._rate_state.pass_gate(self._key, self._clock.steady()):
                raise not_sent(wait)
        elif self._heeds_gate(call):
            self._gate_waiter = waiter = GateWaiter()
            await pass_gate(self._rate_state, self._key, waiter, call, timer, self._clock)

    def read_limits(self, headers: Headers) -> None:
        """Adopt the limits that a reply may report."""
        if self._rate_state.limited and any(headers.mentions(name) for name in LIMIT_HEADERS):
            self._rate_state.read_limits(self._key, headers, time.time(), self._clock.steady())

    def settle(self, tail: bytes | None = None) -> None:
        # The slot is last. If an interrupt comes before, it is still held, and this is called again.
        self._leave_queues()
        reservation = self._reservation
        if reservation is not None:
            used: Used | float = 0.0
            if tail is not None:
                used = (Used.read(tail) if reservation.tokens else None) or reservation.tokens
            self._rate_state.settle(reservation, self._estimate, used, self._clock.steady())
            self._reservation = None
            self._throttle.wake()
        super().settle()

    def _leave_queues(self) -> None:
        """Leave what an interrupt may have kept it from leaving."""
        if self._rate_waiter is not None:
            self._throttle.leave(self._rate_waiter)
            self._rate_waiter = None
        if self._gate_waiter is not None and self._gate_waiter.wakeup is not None:
            self._rate_state.leave_gate(self._key, self._gate_waiter)
        self._gate_waiter = None
