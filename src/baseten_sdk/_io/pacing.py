"""The pace of a client's status calls, kept by all that make them."""

from __future__ import annotations

import threading
from math import inf

from .._core.policy.pacing import Pace


class AsyncPacing:
    """For the tasks of an event loop, of which one runs at a time."""

    __slots__ = ("_pace",)

    def __init__(self, pace: Pace) -> None:
        self._pace = pace

    def reserve(self, now: float, most: float = inf) -> float:
        """Seconds to wait before the call asked for at `now`; where they are `most` or more, no turn is taken."""
        return self._pace.reserve(now, most)


class Pacing:
    """For threads."""

    __slots__ = ("_lock", "_pace")

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._lock = threading.Lock()

    def reserve(self, now: float, most: float = inf) -> float:
        """Seconds to wait before the call asked for at `now`; where they are `most` or more, no turn is taken."""
        with self._lock:
            return self._pace.reserve(now, most)
