"""When submissions wait."""

from __future__ import annotations

import anyio
import anyio.lowlevel
import pytest

from baseten_sdk import RateLimitError, ServiceUnavailableError
from baseten_sdk.jobs.admission_gate import LONGEST_RETRY_AFTER, REFUSED, AdmissionGate
from tests.jobs.clocks import SteppedClock

pytestmark = pytest.mark.anyio


def refusal(retry_after: float | None = None) -> RateLimitError:
    return RateLimitError("", status_code=429, retry_after=retry_after)


async def test_an_open_gate_is_passed_at_once() -> None:
    with anyio.fail_after(60):
        await AdmissionGate(SteppedClock()).admit()


async def test_the_service_s_wish_is_obeyed() -> None:
    clock = SteppedClock()
    gate = AdmissionGate(clock)
    assert gate.refused(refusal(0.05), sent=1000.0) == 0.05
    await gate.admit()
    assert clock.time == 1000.05
    assert gate.refused(refusal(1e9), sent=1000.05) <= LONGEST_RETRY_AFTER


async def test_without_a_wish_the_wait_doubles_until_something_is_taken() -> None:
    clock = SteppedClock()
    gate = AdmissionGate(clock)
    waits: list[float] = []
    for _ in range(10):
        waits.append(gate.refused(ServiceUnavailableError("", status_code=503), sent=clock.time))
        await gate.admit()
    for number, wait in enumerate(waits):
        bound = min(0.5 * 2**number, REFUSED.longest)
        assert bound / 2 <= wait <= bound
    gate.accepted(sent=clock.time)
    clock.time += 1000.0
    assert gate.refused(refusal(), sent=clock.time) <= 0.5


async def test_refusals_at_the_same_time_count_once() -> None:
    gate = AdmissionGate(SteppedClock())
    for _ in range(30):
        assert gate.refused(refusal(), sent=1000.0) <= 0.5


async def test_a_single_refusal_after_many_acceptances_holds_up_nobody_else() -> None:
    clock = SteppedClock()
    gate = AdmissionGate(clock)
    for _ in range(30):
        gate.accepted(sent=1000.0)
    assert gate.refused(refusal(60.0), sent=1000.0) == 60.0
    await gate.admit()
    assert clock.time == 1000.0


async def test_an_acceptance_of_what_was_sent_later_opens_it() -> None:
    clock = SteppedClock()
    gate = AdmissionGate(clock)
    gate.refused(refusal(60.0), sent=1000.0)
    async with anyio.create_task_group() as tasks:
        clock.time += 1.0
        gate.accepted(sent=1000.5)
        tasks.start_soon(gate.admit)
    assert clock.time == 1001.0


async def test_after_several_refusals_submissions_pass_one_by_one() -> None:
    clock = SteppedClock()
    gate = AdmissionGate(clock)
    for _ in range(10):
        gate.refused(refusal(1.0), sent=1000.0)
    moments: list[float] = []
    for _ in range(3):
        await gate.admit()
        moments.append(clock.time)
    assert moments == pytest.approx([1001.0, 1002.0, 1003.0])


async def test_a_crowded_queue_holds_up_everything() -> None:
    gate = AdmissionGate(SteppedClock())
    gate.set_queue_long(True)
    with anyio.move_on_after(0.02) as scope:
        await gate.admit()
    assert scope.cancelled_caught
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(gate.admit)
        await anyio.lowlevel.checkpoint()
        gate.set_queue_long(False)
    with anyio.fail_after(60):
        await gate.admit()
