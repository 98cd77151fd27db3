"""A server that takes 600 requests a minute, and 200 callers that were told of no limit."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio

from baseten_sdk import Retry, user

from .crowd import Crowd
from .figure import Figure
from .fleet import Fleet
from .server import Settings

PER_MINUTE = 600
CALLERS = 200
SECONDS, QUICK_SECONDS = 240.0, 40.0
FLOOD = 3.0
"""Seconds at the beginning in which calls are sent before anybody can know of a limit."""

PATIENT = Retry(max_retries=20, max_retry_after=120.0)


async def minute(*, quick: bool) -> AsyncIterator[Figure]:
    """600 requests a minute are taken, ten at once; 200 callers know of no limit."""
    seconds = QUICK_SECONDS if quick else SECONDS
    with Fleet(1) as fleet:
        fleet.become(0, Settings(delay=0.05, per_minute=PER_MINUTE, burst=10))
        async with fleet.client(in_flight=CALLERS, retry=PATIENT) as client:
            completions = client.chat.completions

            async def call(name: str) -> object:
                return await completions.create(model="a/b", messages=[user(name)], timeout=None)

            crowd = Crowd()
            early = [0, 0]

            async def look() -> None:
                await anyio.sleep(FLOOD)
                seen = fleet.seen(0)
                early[:] = seen.taken, seen.refused

            async with anyio.create_task_group() as group:
                group.start_soon(look)
                await crowd.go(call, CALLERS, until=seconds)
        seen = fleet.seen(0)
        taken, refused = seen.taken + early[0], seen.refused + early[1]
        allowed = 10 + PER_MINUTE / 60 * crowd.took
        fair = CALLERS / (PER_MINUTE / 60)
        yield Figure("requests taken, of those that the limit allows", taken / allowed, 0.97, "at least")
        # The first call of each caller is sent before anybody can know of a limit. A short run takes few others.
        yield Figure("requests refused, of those taken", refused / taken, None if quick else 0.1)
        yield Figure(f"requests refused in the first {FLOOD:g} s, a caller", early[1] / CALLERS, 1.1)
        yield Figure("requests refused after that, of those taken", seen.refused / seen.taken, 0.1)
        yield Figure("longest call, of the fair turn", crowd.longest / fair, 1.2)
        yield Figure("calls that failed", crowd.failed, 0)
