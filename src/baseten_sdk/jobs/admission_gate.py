"""The gate that submissions pass. It is closed while the service wants none.

After a refusal, every client's gate has the same rule for when it opens, and for how fast calls then pass. This gate is
also closed while the deployment's queue is long. Waiting submissions pass in order of arrival.
"""

from __future__ import annotations

import random
from math import inf

import anyio

from .._runs.clock import RunClock
from ..errors import APIStatusError
from ..rates import Backoff, BackoffGate

REFUSED = Backoff(first=0.5, longest=30.0)
"""Seconds to wait after each refusal in a row that does not say how long."""

LONGEST_RETRY_AFTER = 120.0
"""The longest wait that the service can ask for, in seconds."""


class AdmissionGate:
    """Lets submissions pass, or wait.

    Attributes:
        queue_is_long: Whether the queue is too long for more.
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
        """Note a refused submission.

        Return the seconds that it should wait itself: as long as the service asks, otherwise longer after each refusal.
        """
        now = self._clock.now()
        retry_after = error.retry_after if isinstance(error, APIStatusError) else None
        if retry_after is not None:
            wait = min(retry_after, LONGEST_RETRY_AFTER)
        elif now < self._until:
            wait = self._until - now  # Refused at the same time as another one.
        else:
            self._refusals += 1
            wait = REFUSED.after(self._refusals) * random.uniform(0.5, 1.0)
            self._until = now + wait
        self._gate.refused(sent, wait, now)
        return wait

    def accepted(self, sent: float) -> None:
        """Note an accepted submission: the service accepts some again."""
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
