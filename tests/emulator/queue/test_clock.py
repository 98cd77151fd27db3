from __future__ import annotations

import asyncio
import threading

import pytest

from baseten_sdk.emulator.queue.clock import Clock, iso


def test_it_moves_forward_by_what_it_is_told() -> None:
    clock = Clock(lambda: 100.0)
    clock.advance(5.5)
    assert (clock.now(), clock.base()) == (105.5, 100.0)
    with pytest.raises(ValueError, match="only moves forward"):
        clock.advance(-1)


def test_a_wait_ends_when_another_thread_moves_the_clock() -> None:
    clock = Clock(lambda: 0.0)
    waiting = threading.Event()

    async def wait() -> float:
        asyncio.get_running_loop().call_soon(waiting.set)
        await clock.sleep_until(3600)
        return clock.now()

    def move() -> None:
        waiting.wait(60)
        clock.advance(1800)
        clock.advance(1800)

    mover = threading.Thread(target=move)
    mover.start()
    assert asyncio.run(asyncio.wait_for(wait(), 60)) == 3600
    mover.join()


def test_a_wait_for_the_past_is_none() -> None:
    asyncio.run(asyncio.wait_for(Clock(lambda: 10.0).sleep_until(10), 60))


def test_a_wait_for_the_near_future_ends_by_itself() -> None:
    clock = Clock()
    moment = clock.now() + 0.01
    asyncio.run(asyncio.wait_for(clock.sleep_until(moment), 60))
    assert clock.now() >= moment


def test_times_have_microseconds_and_a_z() -> None:
    assert iso(0.25) == "1970-01-01T00:00:00.250000Z"
