"""What a pool of one costs."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from statistics import median

from baseten_sdk import user

from .figure import Figure
from .fleet import Fleet
from .server import Settings

ROUNDS, QUICK_ROUNDS = 60, 25
CALLS = 100


async def single(*, quick: bool) -> AsyncIterator[Figure]:
    """One call after the other of a deployment, and of a pool of it alone, in turn."""
    with Fleet(1) as fleet:
        fleet.become(0, Settings(delay=0.0))
        async with fleet.client(in_flight=8) as client:
            alone = client.deployments("2").chat.completions
            pooled = client.pool(fleet.members).chat.completions
            messages = [user("Hello")]

            async def plain() -> object:
                return await alone.create(model="2", messages=messages)

            async def through_a_pool() -> object:
                return await pooled.create(messages=messages)

            await _cpu(plain)
            await _cpu(through_a_pool)
            ratios, costs = list[float](), list[float]()
            for _ in range(QUICK_ROUNDS if quick else ROUNDS):
                cost = await _cpu(plain)
                ratios.append(await _cpu(through_a_pool) / cost)
                costs.append(cost)
    yield Figure("CPU of a call", median(costs) * 1e6, unit=" us")
    yield Figure("CPU of a call through a pool of one, of that", median(ratios), 1.05)


async def _cpu(call: Callable[[], Awaitable[object]]) -> float:
    began = time.process_time()
    for _ in range(CALLS):
        await call()
    return (time.process_time() - began) / CALLS
