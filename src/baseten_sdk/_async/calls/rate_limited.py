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
from ..._io.rate_state import GateTurn, RateState
from ..._io.throttle import AsyncThrottle, AsyncTurn
from ..._io.timer import AsyncTimer
from ...types.meta import Headers

TOLD = tuple(f"x-ratelimit-{what}-{of}".encode() for what in ("limit", "remaining") for of in ("requests", "tokens"))
"""Headers that report the service's own limits."""


class AsyncRatedPermit(AsyncPermit):
    """What one attempt holds: a slot, a request of the minute, and the tokens that it may use."""

    __slots__ = ("_clock", "_estimate", "_gate_turn", "_key", "_rate_state", "_rate_turn", "_reservation", "_throttle")

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
        self._gate_turn: GateTurn | None = None
        self._rate_turn: AsyncTurn | None = None

    async def admit(self, call: CallRecord, timer: AsyncTimer) -> None:
        """Wait for the gate, the allowance and the slot. A call without retries does not wait at the gate."""
        rate_state, clock = self._rate_state, self._clock
        self._key = gate_key(call.request)
        await self._pass_gate(call, timer)
        if rate_state.limited:
            self._estimate = rate_state.estimate(call.request)
            self._reservation = reservation = Reservation()
            self._rate_turn = turn = self._throttle.turn()
            await self._throttle.reserve(call, self._estimate.tokens, timer, clock, turn, reservation)
            self._rate_turn = None
        await super().admit(call, timer)
        while self._turn is not None and self._heeds_gate(call) and rate_state.closed(self._key, clock.steady()):
            # The gate has closed while the call waited for its slot.
            self._turn = None
            super().settle()
            await self._pass_gate(call, timer)
            await super().admit(call, timer)
        if self._reservation is not None:
            rate_state.sent(self._reservation, clock.steady())

    def _heeds_gate(self, call: CallRecord) -> bool:
        return call.options.at_gate is not None or call.options.retry.max_retries > 0

    async def _pass_gate(self, call: CallRecord, timer: AsyncTimer) -> None:
        if call.options.at_gate == "leave":
            if wait := self._rate_state.pass_gate(self._key, self._clock.steady()):
                raise not_sent(wait)
        elif self._heeds_gate(call):
            self._gate_turn = turn = GateTurn()
            await self._throttle.pass_gate(call, self._key, timer, self._clock, turn)

    def told(self, headers: Headers) -> None:
        """Adopt the limits that a reply may report."""
        if self._rate_state.limited and any(headers.mentions(name) for name in TOLD):
            self._rate_state.told(self._key, headers, time.time(), self._clock.steady())

    def settle(self, tail: bytes | None = None) -> None:
        # The slot is last: whoever finds that it is still held calls again, because an interrupt came between.
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
        if self._rate_turn is not None:
            self._throttle.leave(self._rate_turn)
            self._rate_turn = None
        if self._gate_turn is not None and self._gate_turn.wakeup is not None:
            self._rate_state.leave_gate(self._key, self._gate_turn)
        self._gate_turn = None
