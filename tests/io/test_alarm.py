"""An interruption that is ours, beside those that are not, and what it costs the event loop."""

from __future__ import annotations

import asyncio
import gc
import socket
import weakref
from collections.abc import Callable, Coroutine
from contextvars import Context
from math import inf

import anyio
import pytest

from baseten_sdk._core.policy.phases import Expired, TimeLimits
from baseten_sdk._io.alarm import AHEAD, LoopAlarm, running_alarm
from baseten_sdk._io.timer import AsyncTimer
from baseten_sdk._io.trio_alarm import TrioAlarm
from baseten_sdk.config import Timeout
from tests.virtual_time import Backend, VirtualLoop, backend, stand_still

SOON = 0.004
FOR_EVER = 5.0


def timer(phase: float, call: float = inf) -> AsyncTimer:
    return AsyncTimer(TimeLimits(Timeout(idle=phase), 30.0, call, call))


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> Backend:
    return backend(request.param)


@pytest.mark.anyio
async def test_each_event_loop_has_an_alarm_that_fits(anyio_backend: Backend) -> None:
    assert isinstance(running_alarm(), LoopAlarm if anyio_backend[0] == "asyncio" else TrioAlarm)


@pytest.mark.anyio
@pytest.mark.parametrize("inner", [SOON, FOR_EVER])
async def test_who_is_cancelled_from_outside_stays_cancelled(inner: float) -> None:
    """Also where both are due in the same turn."""
    reached = False
    with anyio.move_on_after(SOON) as scope:
        await wait(timer(inner), "idle")
        reached = True
    assert scope.cancelled_caught
    assert not reached


async def wait(bound: AsyncTimer, phase: str) -> None:
    with bound:
        bound.enter("idle")
        try:
            await anyio.sleep(FOR_EVER)
        except BaseException:
            stand_still(SOON * 2)
            raise


def run(main: Callable[[], Coroutine[object, object, None]]) -> None:
    """Run a program on asyncio, with virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(main())


def test_what_came_while_the_process_stood_still_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("baseten_sdk._core.policy.time_bounds.LATE", SOON)

    async def read(reader: asyncio.StreamReader) -> bytes:
        bound = timer(SOON)
        with bound:
            bound.enter("idle")
            return await reader.read(1)

    async def main() -> None:
        here, there = socket.socketpair()
        reader, writer = await asyncio.open_connection(sock=here)
        with there:
            task = asyncio.create_task(read(reader))
            await asyncio.sleep(0)
            there.sendall(b"x")
            stand_still(SOON * 4)
            assert await task == b"x"
            task = asyncio.create_task(read(reader))
            await asyncio.sleep(0)
            stand_still(SOON * 4)
            with pytest.raises(Expired):
                await task
        writer.close()

    run(main)


def test_a_cancelled_task_is_not_told_that_its_time_is_up() -> None:
    async def main() -> None:
        task = asyncio.create_task(wait(timer(SOON), "idle"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(main)


def test_both_in_one_turn_is_a_cancellation() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        bound = timer(SOON)
        task = asyncio.create_task(wait(bound, "idle"))
        await asyncio.sleep(0)
        loop.call_at(loop.time() + SOON, task.cancel)
        stand_still(SOON * 2)
        with pytest.raises(asyncio.CancelledError):
            await task

    run(main)


def test_an_interrupted_task_can_be_interrupted_again() -> None:
    async def main() -> None:
        for _ in range(2):
            with pytest.raises(Expired):
                await wait(timer(SOON), "idle")
        task = asyncio.current_task()
        assert task is not None
        assert not task.cancelling()
        async with asyncio.timeout(FOR_EVER):
            await asyncio.sleep(0)

    run(main)


def handles_of(loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """When the handles that alarms set from now on are due."""
    found: list[float] = []
    call_at = loop.call_at

    def counted(
        when: float, callback: Callable[..., object], *arguments: object, context: Context | None = None
    ) -> asyncio.TimerHandle:
        if isinstance(getattr(callback, "__self__", None), LoopAlarm):
            found.append(when)
        return call_at(when, callback, *arguments, context=context)

    monkeypatch.setattr(loop, "call_at", counted)
    return found


def test_one_handle_serves_all_alarms_of_a_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        handles = handles_of(asyncio.get_running_loop(), monkeypatch)
        for _ in range(10):
            bound = timer(AHEAD + 1, call=AHEAD * 100)
            with bound, timer(AHEAD + 2) as other:
                for _ in range(10):
                    bound.enter("first_byte")
                    other.enter("idle")
                    await asyncio.sleep(0)
        assert len(handles) == 1
        await asyncio.sleep(AHEAD * 3)
        assert len(handles) == 1, "a loop without alarms comes to rest"

    run(main)


def test_the_end_of_one_alarm_leaves_the_others() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        ends: list[float] = []

        async def expire(seconds: float) -> None:
            with pytest.raises(Expired):
                await idle(timer(seconds))
            ends.append(seconds)

        async def idle(bound: AsyncTimer) -> None:
            with bound:
                bound.enter("idle")
                await asyncio.sleep(AHEAD * 10)

        later = [AHEAD * 3, AHEAD / 2, AHEAD, AHEAD / 2, SOON]
        await asyncio.wait([asyncio.create_task(expire(seconds)) for seconds in later])
        assert ends == sorted(later)
        assert loop.time() - began == pytest.approx(AHEAD * 3, abs=1)

    run(main)


def test_nothing_keeps_a_loop_that_is_closed() -> None:
    async def main() -> None:
        with timer(FOR_EVER) as bound:
            bound.enter("idle")
        clocks.append(weakref.ref(LoopAlarm.of(asyncio.get_running_loop())))

    clocks: list[weakref.ref[LoopAlarm]] = []
    run(main)
    gc.collect()
    assert clocks[0]() is None


def test_an_end_that_comes_nearer_holds() -> None:
    async def main() -> None:
        bound = timer(FOR_EVER)
        with pytest.raises(Expired):
            await shortened(bound)

    async def shortened(bound: AsyncTimer) -> None:
        with bound:
            bound.enter("idle")
            await asyncio.sleep(0)
            bound.shorten(SOON)
            await asyncio.sleep(FOR_EVER)

    run(main)


def test_nobody_is_interrupted_between_two_waits() -> None:
    async def main() -> None:
        bound = timer(SOON)
        with bound:
            bound.enter("idle")
            await asyncio.sleep(0)
        await asyncio.sleep(SOON * 3)
        with pytest.raises(Expired):
            await only_wait(bound)

    async def only_wait(bound: AsyncTimer) -> None:
        with bound:
            await asyncio.sleep(FOR_EVER)

    run(main)


def test_what_was_met_interrupts_no_more() -> None:
    async def main() -> None:
        bound = timer(SOON)
        with bound:
            bound.enter("idle")
            bound.release()
            await asyncio.sleep(SOON * 3)

    run(main)
