"""Very many calls, a few of which meet a fault, against as many without any: what the faults cost all the others."""

from __future__ import annotations

from collections.abc import AsyncIterator

from baseten_sdk import user

from .crowd import Crowd
from .figure import Figure
from .fleet import Fleet
from .server import Settings

CALLS, QUICK_CALLS = 100_000, 20_000
IN_FLIGHT = 512
FAULTS = 0.01


async def soak(*, quick: bool) -> AsyncIterator[Figure]:
    """512 callers; one request in a hundred meets a fault, and a fifth of the faults are lone 429s."""
    calls = QUICK_CALLS if quick else CALLS
    with Fleet(1) as fleet:
        rates: dict[float, list[float]] = {0.0: [], FAULTS: []}
        crowds: list[Crowd] = []
        requests = 0
        for faults in (0.0, FAULTS, 0.0):
            fleet.become(0, Settings(delay=0.02, faults=faults))
            async with fleet.client(in_flight=IN_FLIGHT) as client:
                completions = client.chat.completions

                async def call(name: str) -> object:
                    return await completions.create(model="a/b", messages=[user(name)])  # noqa: B023

                await Crowd().go(call, IN_FLIGHT, calls=IN_FLIGHT)
                fleet.seen(0)
                crowd = Crowd()
                await crowd.go(call, IN_FLIGHT, calls=calls if faults else calls // 4)
                rates[faults].append(crowd.rate)
                if faults:
                    requests = fleet.seen(0).requests
                    crowds.append(crowd)
        with_faults = crowds[0]
        without = sum(rates[0.0]) / 2
        yield Figure("calls a second without faults", without)
        yield Figure("calls a second with faults", with_faults.rate)
        yield Figure("throughput, of that without faults", with_faults.rate / without, 0.6, "at least")
        yield Figure("longest call", with_faults.longest, 3.0, unit=" s")
        yield Figure("requests a call", requests / calls, 1.03)
        yield Figure("calls that failed", with_faults.failed, 0)
