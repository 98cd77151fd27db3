"""The pace of a client's status calls, shared by all who make them."""

from __future__ import annotations

import threading
from math import inf

from .._core.policy.pacing import Pace
from .forks import begin_in_forks


class AsyncPacing:
    """Paces the tasks of an event loop. Only one of them runs at a time."""

    __slots__ = ("_pace",)

    def __init__(self, pace: Pace) -> None:
        self._pace = pace

    def reserve(self, now: float, most: float = inf) -> float:
        """Return the seconds to wait before a call that asks at `now`. If they are `most` or more, it gets no turn."""
        return self._pace.reserve(now, most)


class Pacing:
    """Paces threads."""

    __slots__ = ("__weakref__", "_lock", "_pace")

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self.begin()
        begin_in_forks(self)

    def begin(self) -> None:
        """Begin anew in a forked process."""
        self._lock = threading.Lock()

    def reserve(self, now: float, most: float = inf) -> float:
        """Return the seconds to wait before a call that asks at `now`. If they are `most` or more, it gets no turn."""
        with self._lock:
            return self._pace.reserve(now, most)
