"""How many rows ended when, in a bounded number of slices."""

from __future__ import annotations

MOST = 120
"""Slices, above which two become one."""


class Timeline:
    """Counts rows in slices of time that grow with the run: one second at first."""

    def __init__(self) -> None:
        self._width = 1.0
        self._counts: dict[int, int] = {}

    def add(self, seconds: float, count: int = 1) -> None:
        """Count rows that ended so many seconds after the beginning."""
        place = int(seconds / self._width)
        while place >= MOST:
            self._width *= 2
            place = int(seconds / self._width)
            halved: dict[int, int] = {}
            for slot, rows in self._counts.items():
                halved[slot // 2] = halved.get(slot // 2, 0) + rows
            self._counts = halved
        self._counts[place] = self._counts.get(place, 0) + count

    def counts(self) -> tuple[tuple[float, int], ...]:
        """The beginning of each slice in seconds, and its rows; empty slices are included. Added to another
        timeline, they fall into the right slices of it."""
        last = max(self._counts, default=-1)
        return tuple((slot * self._width, self._counts.get(slot, 0)) for slot in range(last + 1))
