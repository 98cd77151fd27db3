"""Callers that each make one call after the other, and how long each call took."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from math import inf

import anyio

from baseten_sdk import BasetenError


@dataclass(slots=True)
class Crowd:
    """How the calls went.

    Attributes:
        seconds: How long each call took that was answered, in the order of their ends.
        ends: When each of them ended, on the clock of `time.monotonic`.
        errors: How many calls failed, by their errors.
    """

    seconds: list[float] = field(default_factory=list[float])
    ends: list[float] = field(default_factory=list[float])
    errors: Counter[str] = field(default_factory=Counter[str])
    took: float = 0.0

    async def go(
        self, call: Callable[[str], Awaitable[object]], callers: int, *, calls: float = inf, until: float = inf
    ) -> None:
        """Make calls, so many at once, up to a number or for so many seconds. Each gets a name of its own."""
        begun = 0
        start = time.monotonic()

        async def caller() -> None:
            nonlocal begun
            while begun < calls and time.monotonic() - start < until:
                begun += 1
                began = time.monotonic()
                try:
                    await call(f"call {begun}")
                except BasetenError as error:
                    self.errors[f"{type(error).__name__}: {str(error)[:80]}"] += 1
                else:
                    now = time.monotonic()
                    self.seconds.append(now - began)
                    self.ends.append(now - start)

        async with anyio.create_task_group() as group:
            for _ in range(callers):
                group.start_soon(caller)
        self.took = time.monotonic() - start

    @property
    def rate(self) -> float:
        """Answered calls a second."""
        return len(self.seconds) / self.took

    @property
    def failed(self) -> int:
        """Calls that ended with an error."""
        return self.errors.total()

    @property
    def longest(self) -> float:
        """Seconds of the longest call."""
        return max(self.seconds, default=inf)

    def quantile(self, share: float) -> float:
        """Seconds in which this share of the calls was answered."""
        ordered = sorted(self.seconds)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else inf
