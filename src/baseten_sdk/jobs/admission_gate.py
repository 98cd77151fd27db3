"""The gate that submissions pass through. It is closed while the service wants none.

It closes for a while after a refusal, longer after each further one, and while the deployment's queue is long.
"""

from __future__ import annotations

import random
from math import inf

import anyio

from .._runs.clock import RunClock
from ..errors import APIStatusError

FIRST = 0.5
LONGEST = 30.0


class AdmissionGate:
    """Lets submissions pass, or wait.

    Attributes:
        queue_is_long: whether the queue is too long for more.
    """

    def __init__(self, clock: RunClock) -> None:
        self.queue_is_long = False
        self._clock = clock
        self._until = 0.0
        self._refusals = 0
        self._changed = anyio.Event()

    async def admit(self) -> None:
        """Wait until a submission may be made."""
        while True:
            wait = self._until - self._clock.now()
            if not self.queue_is_long and wait <= 0:
                return
            await self._clock.wait(self._changed, inf if self.queue_is_long else wait)

    def refused(self, error: Exception) -> float:
        """Close after a refusal, for as long as the service asks, else for a wait that grows. Returns the seconds."""
        now = self._clock.now()
        asked = error.retry_after if isinstance(error, APIStatusError) else None
        if now < self._until and asked is None:
            return self._until - now
        bound = min(FIRST * 2.0**self._refusals, LONGEST)
        self._refusals = min(self._refusals + 1, 16)
        wait = min(asked, LONGEST * 4) if asked is not None else bound * random.uniform(0.5, 1.0)
        self._until = max(self._until, now + wait)
        return wait

    def accepted(self) -> None:
        """Forget the refusals so far, because a submission was accepted."""
        self._refusals = 0

    def set_queue_long(self, is_long: bool) -> None:
        """Close while the queue is too long, and open when it no longer is."""
        if is_long != self.queue_is_long:
            self.queue_is_long = is_long
            self._changed.set()
            self._changed = anyio.Event()
