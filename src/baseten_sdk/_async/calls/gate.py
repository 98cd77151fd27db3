"""Waits at a closed backoff gate, until the service accepts calls again.

`_core.policy.gate_queue` decides the order of the calls. This file waits.
"""

from __future__ import annotations

from ..._core.policy.gate_wait import check_gate
from ..._core.reply.call_record import CallRecord
from ..._io.clock import AsyncClock
from ..._io.rate_state import GateWaiter, RateState
from ..._io.timer import AsyncTimer
from ..._io.wakeup import AsyncWakeup


async def pass_gate(
    rates: RateState, key: str, waiter: GateWaiter, call: CallRecord, timer: AsyncTimer, clock: AsyncClock
) -> None:
    """Wait until the service accepts calls again and it is this call's turn.

    Args:
        waiter: This call in the queue. After an interrupt, the caller leaves the queue with it again.

    Raises:
        RateLimitError: The turn cannot come in time. Nothing was sent.
    """
    began = clock.steady()
    wait = rates.pass_gate(key, began)
    if not wait:
        return
    timer.begin()
    check_gate(wait, timer.spare())
    timer.enter("gate")
    call.begins_to_wait("gate", wait)
    waiter.wakeup = wakeup = AsyncWakeup()
    try:
        queue = rates.join_gate(key, waiter, refused=call.attempts > 1)
        while wait := rates.look_gate(queue, waiter, clock.steady()):
            check_gate(wait, timer.spare())
            await clock.sleep_unless(wakeup, wait)
            if wakeup.is_set:
                waiter.wakeup = wakeup = AsyncWakeup()
    finally:
        rates.leave_gate(key, waiter)
        call.note_wait("gate", clock.steady() - began)
