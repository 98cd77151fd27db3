"""The gate that submissions pass through. It is closed while the service wants none.

When it opens after a refusal, and how fast submissions then pass, is the rule of every client's gate. It is closed too
while the deployment's queue is long. Whoever waits passes first come, first served.
"""

from __future__ import annotations

import random
from math import inf

import anyio

from .._runs.clock import RunClock
from ..errors import APIStatusError
from ..rates import BackoffGate

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
        self._gate = BackoffGate(clock.now())
        self._refusals = 0
        self._until = -inf
        self._first_in_line = anyio.Lock()
        self._changed = anyio.Event()

    async def admit(self) -> None:
        """Wait until a submission may be made."""
        async with self._first_in_line:
            while True:
                now = self._clock.now()
                wait = self._gate.opens(now) - now
                if not self.queue_is_long and wait <= 0:
                    return self._gate.passed(now)
                await self._clock.wait(self._changed, inf if self.queue_is_long else wait)

    def refused(self, error: Exception, sent: float) -> float:
        """A submission was refused. Returns the seconds that it should wait itself: as long as the service asks, else
        longer after each refusal.

        Args:
            error: how it was refused.
            sent: when it was sent.
        """
        now = self._clock.now()
        asked = error.retry_after if isinstance(error, APIStatusError) else None
        if asked is not None:
            wait = min(asked, LONGEST * 4)
        elif now < self._until:
            wait = self._until - now  # refused at the same time as another one
        else:
            wait = min(FIRST * 2.0**self._refusals, LONGEST) * random.uniform(0.5, 1.0)
            self._refusals = min(self._refusals + 1, 16)
            self._until = now + wait
        self._gate.refused(sent, wait, now)
        return wait

    def accepted(self, sent: float) -> None:
        """A submission was accepted: the service takes some."""
        self._refusals = 0
        if self._gate.succeeded(sent, self._clock.now()):
            self._wake()

    def set_queue_long(self, is_long: bool) -> None:
        """Close while the queue is too long, and open when it no longer is."""
        if is_long != self.queue_is_long:
            self.queue_is_long = is_long
            self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()
