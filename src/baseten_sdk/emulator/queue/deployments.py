"""Which deployments are asleep, waking or awake.

It owns scaling to zero and the cold start, on the emulator's clock. It must not know requests.
"""

from __future__ import annotations

import threading
from typing import Literal

from .clock import Clock

State = Literal["SCALED_TO_ZERO", "WAKING_UP", "ACTIVE"]


class Deployments:
    def __init__(self, clock: Clock, wake_seconds: float) -> None:
        self._clock = clock
        self._wake_seconds = wake_seconds
        self._lock = threading.Lock()
        self._ready_at: dict[str, float | None] = {}

    def scale_to_zero(self, owner: str) -> None:
        with self._lock:
            self._ready_at[owner] = None

    def state(self, owner: str) -> State:
        with self._lock:
            if owner not in self._ready_at:
                return "ACTIVE"
            ready_at = self._ready_at[owner]
        if ready_at is None:
            return "SCALED_TO_ZERO"
        return "WAKING_UP" if self._clock.now() < ready_at else "ACTIVE"

    def wake(self, owner: str) -> float:
        """Begin a cold start if necessary. Return the moment at which the owner is or will be active."""
        with self._lock:
            now = self._clock.now()
            if owner not in self._ready_at:
                return now
            ready_at = self._ready_at[owner]
            if ready_at is None:
                ready_at = self._ready_at[owner] = now + self._wake_seconds
            return ready_at
