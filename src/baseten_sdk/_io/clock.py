"""Tells the time and lets it pass. Tests replace it with a clock of their own."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from functools import cache

import anyio

from .stopper import check_stopped
from .wakeup import AsyncWakeup, Wakeup


def loop_time() -> float:
    """Return the time of the running event loop.

    Asking asyncio itself first is several times faster than asking anyio.
    """
    try:
        return asyncio.get_running_loop().time()
    except RuntimeError:
        return _other_time()()


@cache
def _other_time() -> Callable[[], float]:
    """Return what tells the time of a loop that is not asyncio's."""
    if "trio" in sys.modules:
        from .trio_loop import current_time

        return current_time
    return anyio.current_time


class AsyncClock:
    """The running event loop's clock."""

    __slots__ = ()

    now = staticmethod(loop_time)

    steady = staticmethod(time.monotonic)
    """The machine's monotonic clock, which is the same in all event loops."""

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)

    async def sleep_unless(self, wakeup: AsyncWakeup, seconds: float) -> None:
        """Sleep, but not longer than until the wakeup is set."""
        await wakeup.wait(seconds)


class Clock:
    """The machine's monotonic clock."""

    __slots__ = ()

    now = steady = staticmethod(time.monotonic)

    def sleep(self, seconds: float) -> None:
        """Sleep.

        Raises:
            Stopped: The call of this thread was stopped meanwhile.
        """
        time.sleep(seconds)
        check_stopped()

    def sleep_unless(self, wakeup: Wakeup, seconds: float) -> None:
        """Sleep, but not longer than until the wakeup is set."""
        wakeup.wait(seconds)
