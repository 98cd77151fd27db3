"""The gate through which submissions pass: closed while the service wants none.

It is closed for a while after a refusal, for longer after each in a row, and while the deployment's queue is long.
"""

from __future__ import annotations

import random

import anyio

from ..errors import APIStatusError

FIRST = 0.5
LONGEST = 30.0


class Gate:
    """Lets submissions pass, or wait.

    Attributes:
        crowded: whether the queue is too long for more.
    """

    def __init__(self) -> None:
        self.crowded = False
        self._until = 0.0
        self._refusals = 0
        self._changed = anyio.Event()

    async def passed(self) -> None:
        """Return when a submission may be made."""
        while True:
            wait = self._until - anyio.current_time()
            if not self.crowded and wait <= 0:
                return
            changed = self._changed
            with anyio.move_on_after(None if self.crowded else wait):
                await changed.wait()

    def refused(self, error: Exception) -> float:
        """A submission was refused: close for as long as the service asks, or as the number of refusals suggests."""
        now = anyio.current_time()
        asked = error.retry_after if isinstance(error, APIStatusError) else None
        if now < self._until and asked is None:
            return self._until - now
        bound = min(FIRST * 2.0**self._refusals, LONGEST)
        self._refusals = min(self._refusals + 1, 16)
        wait = min(asked, LONGEST * 4) if asked is not None else bound * random.uniform(0.5, 1.0)
        self._until = max(self._until, now + wait)
        return wait

    def taken(self) -> None:
        """A submission was taken: the next refusal is the first of its row."""
        self._refusals = 0

    def crowd(self, crowded: bool) -> None:
        """The queue is too long, or no longer so."""
        if crowded != self.crowded:
            self.crowded = crowded
            self._changed.set()
            self._changed = anyio.Event()
