"""Telling the time and letting it pass. Tests put a clock of their own in its place."""

from __future__ import annotations

import time

import anyio


class AsyncClock:
    """The running event loop's clock."""

    __slots__ = ()

    def now(self) -> float:
        return anyio.current_time()

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)


class Clock:
    """The machine's monotonic clock."""

    __slots__ = ()

    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
