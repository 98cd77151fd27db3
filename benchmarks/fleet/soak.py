"""Very many calls, a few of which meet a fault, against as many without any: what the faults cost all the others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from statistics import median

from baseten_sdk import APIError, user

from .crowd import Crowd
from .figure import Figure
from .fleet import Fleet
from .server import Settings

CALLS, QUICK_CALLS = 100_000, 20_000
IN_FLIGHT = 512
FAULTS = 0.01
DELAY = 0.02
ROUNDS = 5
ATTEMPTS = 3
"""Attempts of a call. All of them meet a fault in one call of a million."""


async def soak(*, quick: bool) -> AsyncIterator[Figure]:
    """512 callers; one request in a hundred meets a fault, and a fifth of the faults are lone 429s."""
    calls = QUICK_CALLS if quick else CALLS
    rates: dict[float, list[float]] = {0.0: [], FAULTS: []}
    longest, failed, requests, unlucky = 0.0, 0, 0, 0
    with Fleet(1) as fleet:
        async with fleet.client(in_flight=IN_FLIGHT) as client:
            completions = client.chat.completions

            async def call(name: str) -> object:
                nonlocal unlucky
                try:
                    return await completions.create(model="a/b", messages=[user(name)])
                except APIError as error:
                    unlucky += error.attempts == ATTEMPTS
                    raise

            await Crowd().go(call, IN_FLIGHT, calls=IN_FLIGHT)
            # In turn, so that a disturbance of the machine meets both.
            for faults in (0.0, FAULTS) * ROUNDS:
                fleet.become(0, Settings(delay=DELAY, faults=faults))
                fleet.seen(0)
                crowd = Crowd()
                await crowd.go(call, IN_FLIGHT, calls=calls / ROUNDS / (1 if faults else 4))
                rates[faults].append(crowd.rate)
                if faults:
                    requests += fleet.seen(0).requests
                    longest, failed = max(longest, crowd.longest), failed + crowd.failed
    without, with_faults = median(rates[0.0]), median(rates[FAULTS])
    yield Figure("calls a second without faults", without)
    yield Figure("calls a second with faults", with_faults)
    yield Figure("throughput, of that without faults", with_faults / without, 0.6, "at least")
    yield Figure("longest call", longest, 3.0, unit=" s")
    yield Figure("requests a call", requests / calls, 1.03)
    yield Figure("calls whose every attempt met a fault", unlucky)
    yield Figure("calls that failed otherwise", failed - unlucky, 0)
