"""Who comes first goes first, however much it needs, and who gives up keeps nobody waiting."""

from __future__ import annotations

import threading
import time
from math import inf

import anyio
import pytest
from anyio.lowlevel import checkpoint

from baseten_sdk import DeadlineExceeded, Limits
from baseten_sdk._core.policy.phases import TimeLimits
from baseten_sdk._core.policy.rate_limit import RateLimit, Reservation
from baseten_sdk._core.policy.token_estimate import UNMETERED
from baseten_sdk._core.reply.call_record import CallRecord
from baseten_sdk._core.request.header_lines import HeaderLines
from baseten_sdk._core.request.options import Options
from baseten_sdk._core.request.request import Request
from baseten_sdk._io.clock import AsyncClock, Clock
from baseten_sdk._io.rate_state import GateWaiter, RateState
from baseten_sdk._io.throttle import AsyncThrottle, Throttle
from baseten_sdk._io.timer import AsyncTimer, Timer
from baseten_sdk._sync.calls.gate import pass_gate
from baseten_sdk.config import Timeout

pytestmark = pytest.mark.anyio

CLOCK = AsyncClock()

CALL = CallRecord(Request("GET", "https://h.test/", HeaderLines(()), b"", 1.0), Options(), 0.0)


def rate_state(requests: float | None = None, tokens: float | None = None, minute: float = 60.0) -> RateState:
    made = RateState(Limits(requests_per_minute=requests, tokens_per_minute=tokens))
    made._rates = RateLimit(requests, tokens, minute)
    return made


def limits(deadline: float = inf) -> TimeLimits:
    return TimeLimits(Timeout(), first_byte=30, deadline=deadline, remaining=deadline)


async def take(throttle: AsyncThrottle, tokens: float = 0, deadline: float = inf) -> Reservation:
    timer = AsyncTimer(limits(deadline))
    with timer:
        return await throttle.reserve(CALL, tokens, timer, CLOCK)


def give_back(rates: RateState, reservation: Reservation, throttle: AsyncThrottle | Throttle) -> None:
    rates.settle(reservation, UNMETERED, 0.0, time.monotonic())
    throttle.wake()


async def settle() -> None:
    for _ in range(10):
        await checkpoint()


async def test_turns_come_in_the_order_in_which_they_were_asked_for() -> None:
    rates = rate_state(requests=10, minute=0.1)
    rates._rates.drain(time.monotonic())
    throttle = AsyncThrottle(rates)
    order: list[int] = []

    async def call(number: int) -> None:
        await take(throttle)
        order.append(number)

    async with anyio.create_task_group() as group:
        for number in range(10):
            group.start_soon(call, number)
            await settle()
    assert order == list(range(10))


async def test_a_large_call_is_not_overtaken_by_small_ones() -> None:
    rates = rate_state(tokens=600)
    throttle = AsyncThrottle(rates)
    first = await take(throttle, 90)
    order: list[str] = []

    async def call(name: str, tokens: float) -> None:
        await take(throttle, tokens)
        order.append(name)

    async with anyio.create_task_group() as group:
        group.start_soon(call, "large", 95)
        await settle()
        group.start_soon(call, "small", 1)
        await settle()
        assert order == []
        give_back(rates, first, throttle)
    assert order == ["large", "small"]


async def test_who_gives_up_keeps_nobody_waiting() -> None:
    rates = rate_state(tokens=100)
    throttle = AsyncThrottle(rates)
    held = await take(throttle, 99)
    through: list[str] = []

    async def call(name: str, tokens: float, scope: anyio.CancelScope) -> None:
        with scope:
            await take(throttle, tokens)
            through.append(name)

    leaves, stays = anyio.CancelScope(), anyio.CancelScope()
    async with anyio.create_task_group() as group:
        group.start_soon(call, "leaves", 50, leaves)
        await settle()
        group.start_soon(call, "stays", 10, stays)
        await settle()
        leaves.cancel()
        give_back(rates, held, throttle)
    assert through == ["stays"]
    assert not throttle.waiting


async def test_a_deadline_far_before_the_turn_is_told_at_once() -> None:
    throttle = AsyncThrottle(rate_state(requests=60))
    for _ in range(10):
        await take(throttle)
    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(take, throttle)
        await settle()
        began = time.monotonic()
        with pytest.raises(DeadlineExceeded) as caught:
            await take(throttle, deadline=3)
        assert time.monotonic() - began < 1
        assert (caught.value.phase, caught.value.limit) == ("rate", 3)
        group.cancel_scope.cancel()
    assert not throttle.waiting


async def test_two_event_loops_share_the_books_but_not_the_queue() -> None:
    rates = rate_state(tokens=100)
    here, there = AsyncThrottle(rates), AsyncThrottle(rates)
    held = await take(there, 100)
    async with anyio.create_task_group() as group:
        group.start_soon(take, here, 100)
        await settle()
        rates.settle(held, UNMETERED, 0.0, time.monotonic())
    assert not here.waiting


def test_threads_get_their_turns_in_order() -> None:
    rates = rate_state(requests=6, minute=0.2)
    throttle = Throttle(rates)
    order: list[int] = []

    def call(number: int) -> None:
        throttle.reserve(CALL, 0, Timer(limits()), Clock())
        order.append(number)

    rates._rates.drain(time.monotonic())
    running: list[threading.Thread] = []
    for number in range(6):
        thread = threading.Thread(target=call, args=(number,), daemon=True)
        thread.start()
        running.append(thread)
        end = time.monotonic() + 60
        while throttle.waiting + len(order) < number + 1:
            assert time.monotonic() < end
            time.sleep(0.0005)
    for thread in running:
        thread.join(60)
    assert order == list(range(6))
    assert not throttle.waiting


def test_a_thread_whose_turn_would_come_too_late_does_not_wait() -> None:
    throttle = Throttle(rate_state(requests=1))
    throttle.reserve(CALL, 0, Timer(limits()), Clock())
    began = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        throttle.reserve(CALL, 0, Timer(limits(10)), Clock())
    assert time.monotonic() - began < 1
    assert not throttle.waiting


def test_a_thread_is_woken_by_what_another_gives_back() -> None:
    rates = rate_state(tokens=100)
    throttle = Throttle(rates)
    held = throttle.reserve(CALL, 100, Timer(limits()), Clock())
    timer = threading.Timer(0.02, give_back, (rates, held, throttle))
    timer.start()
    assert throttle.reserve(CALL, 50, Timer(limits(5)), Clock()).tokens == 50
    timer.join()


class Strike(BaseException):
    """What a signal handler raises."""


def strike(*_: object) -> None:
    raise Strike


def test_a_thread_that_is_struck_as_it_begins_to_wait_leaves_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    throttle = Throttle(rate_state(requests=1))
    throttle.reserve(CALL, 0, Timer(limits()), Clock())
    monkeypatch.setattr(CallRecord, "begins_to_wait", strike)
    with pytest.raises(Strike):
        throttle.reserve(CALL, 0, Timer(limits()), Clock())
    assert not throttle.waiting


def test_leaving_a_queue_twice_is_fine() -> None:
    throttle = Throttle(rate_state(requests=1))
    waiter = throttle.waiter()
    throttle._queue.join(waiter, time.monotonic(), inf, inf)
    throttle.leave(waiter)
    throttle.leave(waiter)
    assert not throttle.waiting


@pytest.mark.parametrize("struck", ["begins_to_wait", "note_wait"])
def test_a_thread_that_is_struck_at_a_gate_leaves_it(struck: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rates = rate_state()
    rates.refused("path", 0.0, 600.0, time.monotonic(), since=0.0, accepted=0)
    monkeypatch.setattr(RateState, "look_gate", strike)
    monkeypatch.setattr(CallRecord, struck, strike)
    with pytest.raises(Strike):
        pass_gate(rates, "path", GateWaiter(), CALL, Timer(limits()), Clock())
    assert not len(rates._gates["path"])
