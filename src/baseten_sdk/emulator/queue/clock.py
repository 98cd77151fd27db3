"""The emulator's clock: the wall clock, or yours, plus what `advance` has added.

It owns time for the asynchronous queue, its status window and cold starts. It knows nothing of what waits on
it. A wait sleeps for the remaining time on the real clock and is woken early by `advance`, from whichever
thread.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """Seconds since the epoch, which tests may move forward."""

    def __init__(self, base: Callable[[], float] | None = None) -> None:
        self._base = base or time.time
        self._offset = 0.0
        self._lock = threading.Lock()
        self._waiting: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}

    def base(self) -> float:
        """Return the time without what `advance` added: what a receiver's own clock says."""
        return self._base()

    def now(self) -> float:
        return self._base() + self._offset

    def advance(self, seconds: float) -> None:
        """Move the clock forward and wake everything that waits on it. Safe from any thread."""
        if seconds < 0:
            raise ValueError(f"the emulator's clock only moves forward, not by {seconds} seconds")
        with self._lock:
            self._offset += seconds
            waiting = list(self._waiting.items())
        for event, loop in waiting:
            loop.call_soon_threadsafe(event.set)

    async def sleep_until(self, moment: float) -> None:
        while (remaining := moment - self.now()) > 0:
            woken = asyncio.Event()
            with self._lock:
                self._waiting[woken] = asyncio.get_running_loop()
                remaining = moment - self.now()
            try:
                await asyncio.wait_for(woken.wait(), max(remaining, 0))
            except TimeoutError:
                pass
            finally:
                with self._lock:
                    del self._waiting[woken]


def iso(moment: float) -> str:
    """UTC with microseconds and a `Z`, as the service writes times."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
