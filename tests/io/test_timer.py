"""One timer bounds an attempt: by the phase, the attempt or the call, whichever ends first."""

from __future__ import annotations

import socket
from math import inf

import anyio
import anyio.lowlevel
import pytest

from baseten_sdk._core.policy.phases import Bound, Expired, Expiry, Phase, TimeLimits
from baseten_sdk._core.policy.time_bounds import GRACE, LATE
from baseten_sdk._io.readiness import readiness
from baseten_sdk._io.timer import AsyncTimer, Timer
from baseten_sdk.config import Timeout
from tests.virtual_time import Backend, backend, stand_still

SOON = 0.004
LATER = 30.0
FOR_EVER = 5.0

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> Backend:
    return backend(request.param)


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.time = 1024.0

    def __call__(self) -> float:
        return self.time


def limits(phase: float = LATER, attempt: float | None = None, call: float = inf) -> TimeLimits:
    timeout = Timeout(attempt=attempt, connect=phase, write=phase, first_byte=phase, idle=phase)
    return TimeLimits(timeout, first_byte=LATER, deadline=call * 2, remaining=call)


NEAREST: list[tuple[TimeLimits, Phase, Bound, float]] = [
    (limits(phase=SOON), "connect", "phase", SOON),
    (limits(phase=SOON), "first_byte", "phase", SOON),
    (limits(phase=SOON, attempt=LATER, call=LATER), "idle", "phase", SOON),
    (limits(attempt=SOON), "write", "attempt", SOON),
    (limits(attempt=SOON, call=LATER), "first_byte", "attempt", SOON),
    (limits(call=SOON), "idle", "call", SOON * 2),
    (limits(attempt=LATER, call=SOON), "connect", "call", SOON * 2),
]


@pytest.mark.parametrize(("given", "phase", "bound", "limit"), NEAREST)
async def test_the_nearest_end_holds(given: TimeLimits, phase: Phase, bound: Bound, limit: float) -> None:
    timer = AsyncTimer(given)
    with pytest.raises(Expired) as caught:
        await wait_in(timer, phase)
    assert caught.value.expiry == Expiry(phase, bound, limit)


async def wait_in(timer: AsyncTimer, phase: Phase) -> None:
    with timer:
        timer.begin()
        timer.enter(phase)
        await anyio.sleep(FOR_EVER)


@pytest.mark.parametrize(("given", "phase", "bound", "limit"), NEAREST)
def test_the_nearest_end_holds_for_threads(given: TimeLimits, phase: Phase, bound: Bound, limit: float) -> None:
    clock = Clock()
    timer = Timer(given, clock)
    with timer:
        timer.begin()
        timer.enter(phase)
        clock.time += SOON
        with pytest.raises(Expired) as caught:
            timer.remaining()
    assert caught.value.expiry == Expiry(phase, bound, limit)


def test_a_thread_that_stood_still_may_read_what_arrived_meanwhile_once() -> None:
    clock = Clock()
    timer = Timer(limits(attempt=SOON), clock)
    timer.begin()
    timer.enter("first_byte")
    clock.time += SOON + LATE * 2
    assert timer.remaining() == pytest.approx(GRACE)
    timer.enter("idle")
    assert timer.remaining() == pytest.approx(GRACE)
    clock.time += GRACE / 2
    assert timer.remaining() == pytest.approx(GRACE / 2)
    clock.time += GRACE + LATE * 2
    with pytest.raises(Expired):
        timer.remaining()


def test_a_thread_that_stands_still_in_each_of_two_waits_may_read_after_both() -> None:
    clock = Clock()
    timer = Timer(limits(phase=SOON), clock)
    for _ in range(2):
        timer.enter("idle")
        clock.time += SOON + LATE * 2
        assert timer.remaining() == pytest.approx(GRACE)


@pytest.mark.parametrize("phase", ["queue", "connect", "write"])
@pytest.mark.parametrize("given", [limits(call=SOON), limits(attempt=SOON), limits(phase=SOON, call=SOON * 2)])
def test_a_thread_that_stood_still_before_its_request_was_sent_does_not_send_it(
    phase: Phase, given: TimeLimits
) -> None:
    clock = Clock()
    timer = Timer(given, clock)
    timer.begin()
    timer.enter(phase)
    clock.time += SOON + LATE * 2
    with pytest.raises(Expired):
        timer.remaining()


def test_a_connection_that_came_while_a_thread_stood_still_counts() -> None:
    clock = Clock()
    timer = Timer(limits(phase=SOON), clock)
    timer.enter("connect")
    clock.time += SOON + LATE * 2
    assert timer.remaining() == pytest.approx(GRACE)


def test_a_thread_that_comes_back_too_late_for_the_next_chunk_gets_none() -> None:
    clock = Clock()
    timer = Timer(limits(call=SOON), clock)
    timer.enter("idle")
    clock.time += SOON + LATE * 2
    with pytest.raises(Expired), timer:
        timer.remaining()


async def test_a_task_that_comes_back_too_late_for_the_next_chunk_gets_none() -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours, theirs:
        timer = AsyncTimer(limits(call=SOON))
        timer.enter("idle")
        waits = readiness(ours)
        theirs.sendall(b"x")
        stand_still(SOON + LATE * 2)
        with pytest.raises(Expired), timer:
            await waits.read(timer)
        waits.forget()


async def test_a_task_that_stood_still_may_read_all_that_arrived_meanwhile() -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    found: list[bytes] = []
    with ours, theirs:
        timer = AsyncTimer(limits(call=SOON))
        with timer:
            waits = readiness(ours)
            timer.enter("first_byte")
            theirs.sendall(b"a")
            stand_still(SOON + LATE * 2)
            for each in (b"b", b"c", b""):
                found.append(await waits.read(timer))
                theirs.sendall(each)
                timer.enter("idle")
        waits.forget()
    assert found == [b"a", b"b", b"c"]


def test_a_thread_is_told_what_is_left() -> None:
    timer = Timer(limits(phase=LATER, call=LATER * 2))
    timer.enter("idle")
    left = timer.remaining()
    assert left is not None
    assert LATER - 10 < left <= LATER


async def test_the_deadline_holds_while_queueing_and_nothing_else_does() -> None:
    timer = AsyncTimer(limits(phase=SOON / 100, call=SOON))
    with pytest.raises(Expired) as caught:
        await queue_in(timer)
    assert caught.value.expiry == Expiry("queue", "call", SOON * 2)


async def queue_in(timer: AsyncTimer) -> None:
    with timer:
        timer.enter("queue")
        await anyio.sleep(FOR_EVER)


async def test_the_deadline_holds_before_any_phase_was_entered() -> None:
    timer = AsyncTimer(limits(call=SOON))
    with pytest.raises(Expired) as caught:
        await only_wait(timer)
    assert caught.value.expiry.bound == "call"


async def only_wait(timer: AsyncTimer) -> None:
    with timer:
        await anyio.sleep(FOR_EVER)


async def test_without_limits_nothing_expires() -> None:
    timer = AsyncTimer(limits(phase=inf))
    with timer:
        timer.begin()
        timer.enter("idle")
        await anyio.lowlevel.checkpoint()
    assert timer.remaining() is None


def test_without_limits_nothing_expires_for_threads() -> None:
    timer = Timer(limits(phase=inf))
    timer.begin()
    timer.enter("idle")
    assert timer.remaining() is None


async def test_progress_begins_a_phase_anew() -> None:
    timer = AsyncTimer(limits(phase=0.03))
    with timer:
        for _ in range(4):
            timer.enter("idle")
            await anyio.sleep(0.015)


async def test_progress_does_not_extend_the_attempt() -> None:
    timer = AsyncTimer(limits(attempt=0.02))
    with pytest.raises(Expired) as caught:
        await progress_for_ever(timer)
    assert caught.value.expiry == Expiry("idle", "attempt", 0.02)


async def progress_for_ever(timer: AsyncTimer) -> None:
    with timer:
        timer.begin()
        while True:
            timer.enter("idle")
            await anyio.sleep(0.001)


async def test_an_attempt_that_was_released_bounds_no_more() -> None:
    timer = AsyncTimer(limits(attempt=0.01, phase=LATER))
    with timer:
        timer.begin()
        timer.enter("first_byte")
        timer.release_attempt()
        timer.enter("idle")
        await anyio.sleep(0.02)


async def test_a_timer_can_be_entered_again() -> None:
    timer = AsyncTimer(limits(phase=SOON))
    with timer:
        timer.enter("first_byte")
    timer.enter("idle")
    with pytest.raises(Expired) as caught:
        await only_wait(timer)
    assert caught.value.expiry == Expiry("idle", "phase", SOON)


async def test_an_error_in_the_block_goes_through() -> None:
    timer = AsyncTimer(limits(phase=LATER))
    with pytest.raises(ValueError, match="deliberate"), timer:
        raise ValueError("deliberate")


async def test_a_cancellation_from_outside_is_no_expiry() -> None:
    timer = AsyncTimer(limits(phase=LATER))
    with anyio.move_on_after(SOON) as scope:
        await wait_in(timer, "idle")
    assert scope.cancelled_caught


@pytest.mark.parametrize(
    ("given", "bound"),
    [
        (limits(phase=SOON), "phase"),
        (limits(phase=SOON, attempt=LATER, call=LATER), "phase"),
        (limits(attempt=0.0001, call=LATER), "attempt"),
        (limits(attempt=0.0001, call=0.0001), "call"),
    ],
)
async def test_what_a_librarys_own_timer_ended_is_laid_to_the_nearest_limit(given: TimeLimits, bound: Bound) -> None:
    for timer in (AsyncTimer(given), Timer(given)):
        timer.begin()
        assert timer.expired("connect").expiry == given.expiry("connect", bound)


class Checks:
    """Looks a few times, and then finds that the server hangs."""

    def __init__(self, looks: int) -> None:
        self.left = looks

    def sent(self) -> float:
        return SOON

    def heard(self) -> float:
        return LATER

    def look(self) -> float:
        self.left -= 1
        return SOON if self.left else 0.0


@pytest.mark.parametrize("anyio_backend", [backend("asyncio")])
async def test_a_look_puts_the_end_off_until_the_server_is_found_to_hang(anyio_backend: Backend) -> None:
    timer = AsyncTimer(limits())
    timer.check = Checks(3)
    with pytest.raises(Expired) as caught:
        await wait_in(timer, "first_byte")
    assert (caught.value.expiry.bound, caught.value.expiry.phase) == ("member", "first_byte")
    assert caught.value.expiry.limit == pytest.approx(3 * SOON)
    timer = AsyncTimer(limits(phase=3 * SOON))
    timer.check = Checks(100)
    with pytest.raises(Expired) as caught:
        await wait_in(timer, "first_byte")
    assert caught.value.expiry == Expiry("first_byte", "phase", 3 * SOON)


def test_a_part_of_the_reply_puts_the_next_look_off() -> None:
    timer = Timer(limits())
    timer.check = Checks(1)
    timer.enter("idle")  # Nothing was sent that could be late.
    assert timer.looks == inf
    timer.enter("first_byte")
    first = timer.looks
    timer.enter("idle")
    assert timer.looks > first + SOON
    timer.looks = inf  # The reply is judged no more.
    timer.enter("idle")
    assert timer.looks == inf


def test_a_thread_looks_between_two_waits() -> None:
    clock = Clock()
    timer = Timer(limits(), clock)
    timer.check = Checks(2)
    timer.enter("first_byte")
    left = timer.until_look()
    assert left is not None
    assert left <= SOON
    clock.time += SOON
    timer.look()
    clock.time += SOON
    with pytest.raises(Expired):
        timer.look()
