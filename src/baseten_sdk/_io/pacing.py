"""The pace of a client's status calls, shared by all who make them."""

from __future__ import annotations

import threading
from math import inf

from .._core.policy.pacing import EvenSpacing
from .forks import reset_in_forks


class AsyncPacing:
    """Paces the tasks of an event loop. Only one of them runs at a time."""

    __slots__ = ("_spacing",)

    def __init__(self, spacing: EvenSpacing) -> None:
        self._spacing = spacing

    def reserve(self, now: float, most: float = inf) -> float:
        """Return the seconds to wait before a call that asks at `now`. It is reserved if that is less than `most`."""
        return self._spacing.reserve(now, most)


class Pacing:
    """Paces threads."""

    __slots__ = ("__weakref__", "_lock", "_spacing")

    def __init__(self, spacing: EvenSpacing) -> None:
        self._spacing = spacing
        self.reset()
        reset_in_forks(self)

    def reset(self) -> None:
        """Begin with a new lock."""
        self._lock = threading.Lock()

    def reserve(self, now: float, most: float = inf) -> float:
        """Return the seconds to wait before a call that asks at `now`. It is reserved if that is less than `most`."""
        with self._lock:
            return self._spacing.reserve(now, most)
