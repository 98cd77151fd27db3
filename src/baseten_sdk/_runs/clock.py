"""The clock that a long run waits by, and the time that it records. Tests replace it with another one."""

from __future__ import annotations

import time

import anyio

from .._io.clock import AsyncClock


class RunClock(AsyncClock):
    """The running event loop's clock, and the machine's."""

    __slots__ = ()

    def epoch(self) -> float:
        """Return the seconds since the epoch, which another process understands."""
        return time.time()

    async def wait(self, event: anyio.Event, seconds: float) -> None:
        """Wait until the event is set, but at most this many seconds."""
        with anyio.move_on_after(seconds):
            await event.wait()
