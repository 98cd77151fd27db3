"""One holder's share of the cluster's limits: what it has leased and not yet used.

Calls take from it. When it is empty, the first call asks for more, and the others wait behind it. It must not know
where leases come from.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import Protocol

import anyio

from .leases import RayLease, Spent

TOKENS_PER_ROW = 2048.0
"""The first estimate of the tokens of a row."""

FORGET = 0.02
"""How far each smaller use lowers the largest one, as a share of the difference."""

LONGEST = 5.0
"""The longest time between two requests for a lease, so that the holder does not count as dead."""


class LeaseSource(Protocol):
    """Where leases come from."""

    async def lease(self, each: float, spent: Spent, /) -> RayLease:
        """RayLease a block."""
        ...

    async def give_back(self, requests: float, tokens: float, spent: Spent, /) -> None:
        """Return what is not needed."""
        ...


class LocalShare:
    """What a holder has.

    Args:
        source: where leases come from.
        each: tokens that a row may use, before any was seen.
        sleep: waits for some seconds.
    """

    def __init__(
        self,
        source: LeaseSource,
        each: float = TOKENS_PER_ROW,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        self._source = source
        self._each = each
        self._sleep = sleep
        self._seen = False
        self._requests = 0.0
        self._tokens = 0.0
        self._sent = self._freed = self._used = self._closed_for = 0.0
        self._refusals = 0
        self._asking = anyio.Lock()

    async def take(self) -> float:
        """Wait until one call may be made. Returns the tokens that are held for it."""
        while not self._enough():
            async with self._asking:
                if self._enough():
                    break
                lease = await self._source.lease(self._each, self._report())
                self._requests += lease.requests
                self._tokens += lease.tokens
                if lease.wait:
                    await self._sleep(min(lease.wait, LONGEST) * random.uniform(1.0, 1.1))
        self._requests -= 1.0
        self._tokens -= self._each
        return self._each

    def settle(self, held: float, used: float | None, requests: float = 1.0) -> None:
        """Replace the estimate of a call by its real use.

        Args:
            held: what `take` gave.
            used: tokens that it has used; None where that is not known.
            requests: how many requests it took.
        """
        self._requests -= requests - 1.0
        self._sent += requests
        self._freed += held
        self._used += held if used is None else used
        if used:
            larger = not self._seen or used >= self._each
            self._each = used if larger else self._each - (self._each - used) * FORGET
            self._seen = True

    def refused(self, seconds: float) -> None:
        """Note that the service refused a call, and asks to wait this many seconds."""
        self._refusals += 1
        self._closed_for = max(self._closed_for, seconds)

    async def give_back(self) -> None:
        """Return what is left, because there is no call to make now."""
        if self._requests or self._tokens or self._sent:
            requests, tokens = self._requests, self._tokens
            self._requests = self._tokens = 0.0
            await self._source.give_back(requests, tokens, self._report())

    def _enough(self) -> bool:
        return self._requests >= 1.0 and self._tokens >= self._each

    def _report(self) -> Spent:
        spent = Spent(self._sent, self._freed, self._used, self._refusals, self._closed_for)
        self._sent = self._freed = self._used = self._closed_for = 0.0
        self._refusals = 0
        return spent
