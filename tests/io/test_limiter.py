"""Slots are given in the order in which they were asked for, and none is ever lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from math import inf

import anyio
import pytest
from anyio.lowlevel import checkpoint

from baseten_sdk._core.policy.phases import Expired, TimeLimits
from baseten_sdk._core.reply.call_record import CallRecord
from baseten_sdk._core.request.header_lines import HeaderLines
from baseten_sdk._core.request.options import Options
from baseten_sdk._core.request.request import Request
from baseten_sdk._io.limiter import AsyncLimiter, AsyncPermit, Limiter, Permit
from baseten_sdk._io.timer import AsyncTimer, Timer
from baseten_sdk.config import Timeout

pytestmark = pytest.mark.anyio


def limits(deadline: float = inf) -> TimeLimits:
    return TimeLimits(Timeout(), first_byte=30, deadline=deadline, remaining=deadline)


CALL = CallRecord(Request("GET", "https://h.test/", HeaderLines(()), b"", 1.0), Options(), 0.0)


async def take(limiter: AsyncLimiter, deadline: float = inf) -> AsyncPermit:
    """A permit that was admitted; one that could not be leaves nothing behind, as the caller of a real one does."""
    timer = AsyncTimer(limits(deadline))
    permit = AsyncPermit(limiter)
    try:
        with timer:
            if not permit.take():
                await permit.admit(CALL, timer)
    except BaseException:
        permit.settle()
        raise
    return permit


async def settle() -> None:
    for _ in range(10):
        await checkpoint()


async def test_there_are_so_many_slots_and_no_more() -> None:
    limiter = AsyncLimiter(2)
    first = await take(limiter)
    second = await take(limiter)
    assert repr(limiter) == "<2 of 2 in flight, 0 waiting>"
    with anyio.move_on_after(0.002) as scope:
        await take(limiter)
    assert scope.cancelled_caught
    assert repr(limiter) == "<2 of 2 in flight, 0 waiting>"
    first.settle()
    third = await take(limiter)
    second.settle()
    third.settle()
    assert repr(limiter) == "<0 of 2 in flight, 0 waiting>"


async def test_slots_are_given_in_the_order_in_which_they_were_asked_for() -> None:
    limiter = AsyncLimiter(1)
    held = await take(limiter)
    order: list[int] = []

    async def call(number: int) -> None:
        permit = await take(limiter)
        order.append(number)
        permit.settle()

    async with anyio.create_task_group() as group:
        for number in range(20):
            group.start_soon(call, number)
            await settle()
        assert repr(limiter) == "<1 of 1 in flight, 20 waiting>"
        held.settle()
    assert order == list(range(20))
    assert repr(limiter) == "<0 of 1 in flight, 0 waiting>"


async def test_nobody_slips_in_before_the_one_who_waits() -> None:
    limiter = AsyncLimiter(1)
    held = await take(limiter)
    order: list[str] = []

    async def waiting() -> None:
        permit = await take(limiter)
        order.append("first")
        permit.settle()

    async with anyio.create_task_group() as group:
        group.start_soon(waiting)
        await settle()
        held.settle()
        await take(limiter)
        order.append("second")
    assert order == ["first", "second"]


async def test_who_is_cancelled_while_waiting_leaves_no_trace() -> None:
    limiter = AsyncLimiter(1)
    held = await take(limiter)
    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(take, limiter)
        await settle()
        assert repr(limiter) == "<1 of 1 in flight, 5 waiting>"
        group.cancel_scope.cancel()
    assert repr(limiter) == "<1 of 1 in flight, 0 waiting>"
    held.settle()
    await take(limiter)


async def two_calls(act: Callable[[AsyncPermit, anyio.CancelScope], None]) -> tuple[list[str], AsyncLimiter]:
    """Two calls wait for the only slot, and something happens to who holds it and the first of them at once."""
    limiter = AsyncLimiter(1)
    held = await take(limiter)
    given: list[str] = []
    first = anyio.CancelScope()

    async def call(name: str, scope: anyio.CancelScope) -> None:
        with scope:
            permit = await take(limiter)
            given.append(name)
            permit.settle()

    with anyio.fail_after(60):
        async with anyio.create_task_group() as group:
            group.start_soon(call, "first", first)
            await settle()
            group.start_soon(call, "second", anyio.CancelScope())
            await settle()
            act(held, first)
    return given, limiter


async def test_who_is_cancelled_before_the_turn_comes_hands_the_slot_on() -> None:
    def cancel_and_release(held: AsyncPermit, first: anyio.CancelScope) -> None:
        first.cancel()
        held.settle()

    given, limiter = await two_calls(cancel_and_release)
    assert given == ["second"]
    assert repr(limiter) == "<0 of 1 in flight, 0 waiting>"


async def test_who_is_cancelled_when_the_turn_has_come_loses_no_slot() -> None:
    def release_and_cancel(held: AsyncPermit, first: anyio.CancelScope) -> None:
        held.settle()
        first.cancel()

    given, limiter = await two_calls(release_and_cancel)
    assert given[-1] == "second"
    assert repr(limiter) == "<0 of 1 in flight, 0 waiting>"


async def test_who_waits_longer_than_the_deadline_gives_up_in_the_queue() -> None:
    limiter = AsyncLimiter(1)
    held = await take(limiter)
    with pytest.raises(Expired) as caught:
        await take(limiter, deadline=0.002)
    assert (caught.value.expiry.phase, caught.value.expiry.bound) == ("queue", "call")
    assert repr(limiter) == "<1 of 1 in flight, 0 waiting>"
    held.settle()
    await take(limiter, deadline=0.002)


async def test_a_crowd_with_cancellations_loses_no_slot() -> None:
    limiter = AsyncLimiter(3)
    most = now = 0

    async def call(number: int) -> None:
        nonlocal most, now
        with anyio.move_on_after(0.001 * (number % 4) if number % 3 else inf):
            permit = await take(limiter)
            try:
                now += 1
                most = max(most, now)
                await anyio.sleep(0.0005 * (number % 3))
            finally:
                now -= 1
                permit.settle()

    async with anyio.create_task_group() as group:
        for number in range(100):
            group.start_soon(call, number)
    assert most == 3
    assert repr(limiter) == "<0 of 3 in flight, 0 waiting>"


@contextmanager
def threads(*calls: Callable[[], object]) -> Generator[None]:
    running = [threading.Thread(target=call, daemon=True) for call in calls]
    for thread in running:
        thread.start()
    yield
    for thread in running:
        thread.join(60)
        assert not thread.is_alive()


def hold(limiter: Limiter, deadline: float = inf, timer: Timer | None = None) -> Permit:
    """A permit that was admitted."""
    permit = Permit(limiter)
    try:
        if not permit.take():
            permit.admit(CALL, timer or Timer(limits(deadline)))
    except BaseException:
        permit.settle()
        raise
    return permit


def until(limiter: Limiter, shown: str) -> None:
    end = time.monotonic() + 60
    while repr(limiter) != shown:
        assert time.monotonic() < end, f"{limiter!r} never became {shown}"
        time.sleep(0.0005)


def test_threads_get_slots_in_the_order_in_which_they_asked() -> None:
    limiter = Limiter(1)
    held = hold(limiter)
    order: list[int] = []

    def call(number: int) -> None:
        permit = hold(limiter)
        order.append(number)
        permit.settle()

    for number in range(8):
        threading.Thread(target=call, args=(number,), daemon=True).start()
        until(limiter, f"<1 of 1 in flight, {number + 1} waiting>")
    held.settle()
    until(limiter, "<0 of 1 in flight, 0 waiting>")
    assert order == list(range(8))


def test_a_thread_that_waits_longer_than_the_deadline_gives_up_in_the_queue() -> None:
    limiter = Limiter(1)
    held = hold(limiter)
    with pytest.raises(Expired) as caught:
        hold(limiter, deadline=0.002)
    assert (caught.value.expiry.phase, caught.value.expiry.bound) == ("queue", "call")
    assert repr(limiter) == "<1 of 1 in flight, 0 waiting>"
    held.settle()
    hold(limiter, deadline=0.002)


def test_a_thread_whose_time_is_up_before_it_waits_leaves_no_trace() -> None:
    limiter = Limiter(1)
    hold(limiter)
    timer = Timer(limits(1e-9))
    with pytest.raises(Expired):
        hold(limiter, timer=timer)
    assert repr(limiter) == "<1 of 1 in flight, 0 waiting>"


class GivenUp(BaseException):
    """What a thread may meet at any moment, such as KeyboardInterrupt."""


def test_a_thread_that_gives_up_when_its_turn_has_come_hands_the_slot_on() -> None:
    limiter = Limiter(1)
    held = hold(limiter)

    class Interrupted(Timer):
        def remaining(self) -> float | None:
            held.settle()
            raise GivenUp

    with pytest.raises(GivenUp):
        hold(limiter, timer=Interrupted(limits()))
    assert repr(limiter) == "<0 of 1 in flight, 0 waiting>"


def test_a_crowd_of_threads_with_deadlines_loses_no_slot() -> None:
    limiter = Limiter(3)
    lock = threading.Lock()
    most = now = 0

    def call(number: int) -> None:
        nonlocal most, now
        try:
            permit = hold(limiter, deadline=inf if number % 3 else 0.002)
        except Expired:
            return
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.0005 * (number % 3))
        with lock:
            now -= 1
        permit.settle()

    with threads(*(lambda number=number: call(number) for number in range(60))):
        pass
    assert most <= 3
    assert repr(limiter) == "<0 of 3 in flight, 0 waiting>"
