"""The times of the last answers of a route, and their percentiles."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque

LAST = 256
"""How many times to keep."""

NEEDED = 20
"""With fewer times than this, a percentile says nothing."""


class Latencies:
    """The most recent times, both in order of arrival and sorted."""

    __slots__ = ("_last", "_sorted")

    def __init__(self) -> None:
        self._last: deque[float] = deque()
        self._sorted: list[float] = []

    def add(self, seconds: float) -> None:
        """Add the time of an answer."""
        if len(self._last) == LAST:
            del self._sorted[bisect_left(self._sorted, self._last.popleft())]
        self._last.append(seconds)
        insort(self._sorted, seconds)

    def quantile(self, share: float) -> float | None:
        """Return the time within which this share of the answers came. None if there are too few answers yet."""
        count = len(self._sorted)
        return self._sorted[min(count - 1, int(share * count))] if count >= NEEDED else None
