"""What hedging does where two answers in a hundred take ten times as long."""

from __future__ import annotations

from collections.abc import AsyncIterator

from baseten_sdk import Hedge, user

from .crowd import Crowd
from .drawing import Drawing, bars
from .figure import Figure
from .fleet import Fleet
from .server import Seen, Settings

CALLS, QUICK_CALLS = 6_000, 2_000
CALLERS = 16
SLOW = 0.02
DELAY = 0.1
HEDGE = Hedge(after="p95", budget=0.05)


async def tails(*, quick: bool) -> AsyncIterator[Figure | Drawing]:
    """Three members answer in 100 ms, but two times in a hundred in 1,000; with and without hedging."""
    calls = QUICK_CALLS if quick else CALLS
    without, _ = await dawdling(calls, None)
    hedged, seen = await dawdling(calls, HEDGE)
    yield Figure("p50 without hedging", without.quantile(0.5) * 1000, unit=" ms")
    yield Figure("p50 with hedging", hedged.quantile(0.5) * 1000, unit=" ms")
    yield Figure("p99 without hedging", without.quantile(0.99) * 1000, unit=" ms")
    yield Figure("p99 with hedging", hedged.quantile(0.99) * 1000, unit=" ms")
    yield Figure("p99 with hedging, of that without", hedged.quantile(0.99) / without.quantile(0.99), 0.25)
    yield Figure("extra requests", sum(each.requests for each in seen) / calls - 1, 0.05)
    yield Drawing("hedging.svg", bars(without, hedged))
    closings = sorted(moment for each in seen for moment in each.closings)
    yield Figure("losers whose connections were closed", len(closings))
    yield Figure("half of them within, after the winner's answer", closings[len(closings) // 2] * 1000, unit=" ms")
    late = closings[len(closings) * 95 // 100]
    yield Figure("95 in 100 within, after the winner's answer", late * 1000, 50, unit=" ms")


async def dawdling(calls: int, hedge: Hedge | None) -> tuple[Crowd, list[Seen]]:
    """Calls of a pool with long tails, and what its members have seen."""
    with Fleet(3) as fleet:
        for number in range(3):
            fleet.become(number, Settings(delay=DELAY, slow=SLOW))
        async with fleet.client(in_flight=2 * CALLERS) as client:
            completions = client.pool(fleet.members, hedge=hedge).chat.completions

            async def call(name: str) -> object:
                return await completions.create(messages=[user(name)])

            crowd = Crowd()
            await crowd.go(call, CALLERS, calls=calls)
        return crowd, [fleet.seen(number) for number in range(3)]
