"""What a model that refuses everything costs another one, of the same host or not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from statistics import median

import anyio

from baseten_sdk import AsyncClient, Retry, user

from .crowd import Crowd
from .figure import Figure
from .fleet import Fleet
from .server import Settings

CALLERS = 64
DELAY = 0.1
SECONDS, QUICK_SECONDS = 3.0, 1.5
ROUNDS = 5


async def neighbour(*, quick: bool) -> AsyncIterator[Figure]:
    """64 callers of a healthy model, beside 64 of one that refuses everything, against the same 64 alone."""
    with Fleet(2) as fleet:
        for what, url in (("model", 0), ("URL", 1)):
            fleet.become(0, Settings(delay=DELAY, refused_model="refused"))
            fleet.become(1, Settings(delay=DELAY, refused_model="refused"))
            shares = []
            for _ in range(ROUNDS):
                async with fleet.client(in_flight=4 * CALLERS, retry=Retry(max_retries=100)) as client:
                    alone = await _rate(client, fleet, 0, refused=None, quick=quick)
                    beside = await _rate(client, fleet, 0, refused=url, quick=quick)
                    shares.append(beside / alone)
            yield Figure(f"throughput beside a {what} that refuses, of that alone", median(shares), 0.95, "at least")


async def _rate(client: AsyncClient, fleet: Fleet, healthy: int, *, refused: int | None, quick: bool) -> float:
    """Calls a second of the healthy model."""

    async def call(name: str) -> object:
        return await completions[healthy].create(model="healthy", messages=[user(name)])

    async def refuse(name: str) -> object:
        return await completions[refused or 0].create(model="refused", messages=[user(name)])

    completions = [client.deployments(member.model_id or "").chat.completions for member in fleet.members]
    crowd = Crowd()
    async with anyio.create_task_group() as group:
        if refused is not None:
            group.start_soon(lambda: Crowd().go(refuse, CALLERS))
        await crowd.go(call, CALLERS, until=QUICK_SECONDS if quick else SECONDS)
        group.cancel_scope.cancel()
    return crowd.rate
