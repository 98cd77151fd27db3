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
        """Count rows that ended this many seconds after the beginning."""
        slot = int(seconds / self._width)
        while slot >= MOST:
            self._width *= 2
            slot = int(seconds / self._width)
            halved: dict[int, int] = {}
            for old, rows in self._counts.items():
                halved[old // 2] = halved.get(old // 2, 0) + rows
            self._counts = halved
        self._counts[slot] = self._counts.get(slot, 0) + count

    def counts(self) -> tuple[tuple[float, int], ...]:
        """Return the beginning of each slice in seconds, and its rows; empty slices are included. Added to another
        timeline, they fall into the right slices of it."""
        last = max(self._counts, default=-1)
        return tuple((slot * self._width, self._counts.get(slot, 0)) for slot in range(last + 1))
