"""A pool of three, one of which dies in three ways while 200 calls are in flight."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator

import anyio

from baseten_sdk import Timeout, user

from .crowd import Crowd
from .drawing import Drawing, lines
from .figure import Figure
from .fleet import Fleet
from .server import Settings, State

CALLERS = 200
SECONDS, QUICK_SECONDS = 30.0, 12.0
DELAY = 0.3
FIRST_BYTE = 2.0
"""Seconds that the callers give a first byte: this is how soon they notice a member that hangs."""

WAYS: dict[State, str] = {"refuses": "closes its port", "hangs": "hangs", "fails": "answers 500"}


async def dying(*, quick: bool) -> AsyncIterator[Figure | Drawing]:
    """A pool of three with 200 calls in flight; a third of the way through, one member dies."""
    seconds = QUICK_SECONDS if quick else SECONDS
    healthy, _ = await through(seconds / 3, None)
    runs: dict[str, Crowd] = {}
    for state, does in WAYS.items():
        crowd, requests = await through(seconds, state)
        runs[does] = crowd
        opened = DELAY + 2 * FIRST_BYTE if state == "hangs" else 1.0
        probes = most_in_a_second([moment for moment in requests if moment > opened])
        yield Figure(f"one {does}: calls that failed", crowd.failed, 0)
        yield Figure(f"one {does}: p99, of that of a healthy pool", crowd.quantile(0.99) / healthy.quantile(0.99), 2.0)
        yield Figure(f"one {does}: requests to it in a period of its breaker, at most", probes, 1)
    yield Drawing("dying.svg", lines(runs, seconds / 3))


async def through(seconds: float, state: State | None) -> tuple[Crowd, list[float]]:
    """Calls of a pool whose last member dies a third of the way through; when that has got requests since."""
    with Fleet(3) as fleet:
        for number in range(3):
            fleet.become(number, Settings(delay=DELAY))
        timeout = Timeout(first_byte=FIRST_BYTE)
        async with fleet.client(in_flight=2 * CALLERS, timeout=timeout) as client:
            completions = client.pool(fleet.members).chat.completions

            async def call(name: str) -> object:
                return await completions.create(messages=[user(name)])

            crowd = Crowd()
            died = [0.0]

            async def die() -> None:
                await anyio.sleep(seconds / 3)
                if state is not None:
                    await anyio.to_thread.run_sync(fleet.become, 2, Settings(delay=DELAY, state=state))
                    fleet.seen(2)
                    died[0] = fleet.now

            async with anyio.create_task_group() as group:
                group.start_soon(die)
                await crowd.go(call, CALLERS, until=seconds)
        seen = fleet.seen(2)

    return crowd, [moment - died[0] for moment in seen.moments]


def most_in_a_second(moments: list[float]) -> int:
    """The most of these moments that lie in one second, the shortest period of a breaker."""
    return max(Counter(map(int, moments)).values(), default=0)
