"""A clock for clients that nobody waits for."""

from __future__ import annotations

from collections.abc import Callable

from baseten_sdk._io.clock import AsyncClock
from baseten_sdk._io.wakeup import AsyncWakeup


class AsyncFakeClock(AsyncClock):
    """Passes only while somebody sleeps, and then at once.

    Attributes:
        time: seconds, as `now()` gives them.
        sleeps: what was slept, in order.
    """

    __slots__ = ("_pass_elsewhere", "sleeps", "time")

    def __init__(self, pass_elsewhere: Callable[[float], object] = float) -> None:
        """Make a clock; `pass_elsewhere` is told of each sleep, to move other clocks along."""
        self._pass_elsewhere = pass_elsewhere
        self.time = 1000.0
        self.sleeps: list[float] = []

    def now(self) -> float:
        return self.time

    def steady(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.time += seconds
        self._pass_elsewhere(seconds)

    async def sleep_unless(self, wakeup: AsyncWakeup, seconds: float) -> None:
        if not wakeup.is_set:
            await self.sleep(seconds)
