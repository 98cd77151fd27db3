"""A thread wakes a task or another thread, and nobody waits for whom it wakes."""

from __future__ import annotations

import threading
import time

import anyio
import pytest

from baseten_sdk._io.clock import AsyncClock, Clock
from baseten_sdk._io.wakeup import AsyncWakeup, Wakeup


@pytest.mark.anyio
async def test_a_task_is_woken_from_another_thread() -> None:
    wakeup = AsyncWakeup()
    assert not wakeup.is_set
    threading.Timer(0.01, wakeup.set).start()
    with anyio.fail_after(60):
        await AsyncClock().sleep_unless(wakeup, 600)
    assert wakeup.is_set
    await AsyncClock().sleep_unless(wakeup, 600)


@pytest.mark.anyio
async def test_a_task_is_woken_from_its_own_thread() -> None:
    wakeup = AsyncWakeup()
    wakeup.set()
    with anyio.fail_after(60):
        await wakeup.wait(600)
    assert wakeup.is_set


@pytest.mark.anyio
async def test_a_task_waits_no_longer_than_it_is_told() -> None:
    wakeup = AsyncWakeup()
    with anyio.fail_after(60):
        await wakeup.wait(0.01)
    assert not wakeup.is_set


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_loop_that_is_over_sleeps_on(backend: str) -> None:
    async def make() -> AsyncWakeup:
        return AsyncWakeup()

    wakeup = anyio.run(make, backend=backend)
    wakeup.set()
    assert not wakeup.is_set


def test_a_wakeup_of_a_thread_is_set_once_or_twice_and_cleared() -> None:
    wakeup = Wakeup()
    assert not wakeup.wait(0.0)
    wakeup.set()
    wakeup.set()
    assert wakeup.wait()
    assert wakeup.is_set
    wakeup.clear()
    wakeup.clear()
    assert not wakeup.wait(-1.0)


def test_a_thread_is_woken() -> None:
    wakeup = Wakeup()
    wakeup.wait(0.001)
    assert not wakeup.is_set
    threading.Timer(0.01, wakeup.set).start()
    began = time.monotonic()
    Clock().sleep_unless(wakeup, float("inf"))
    assert wakeup.is_set
    assert time.monotonic() - began < 5
