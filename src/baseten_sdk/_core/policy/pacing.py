"""Spaces out calls to stay within a limit per second."""

from __future__ import annotations

from math import inf

MARGIN = 0.95
"""The share of the allowed rate to use. Calls that leave evenly spaced may arrive closer together."""

ODD = 1.0
"""Seconds by which the time may go backwards, because several threads report it. A larger step means another clock."""


class EvenSpacing:
    """Gives each call its moment, first come, first served.

    Args:
        per_second: How many calls per second are allowed.
    """

    __slots__ = ("_interval", "_next", "_seen")

    def __init__(self, per_second: float) -> None:
        self._interval = 1.0 / (per_second * MARGIN)
        self._next = 0.0
        self._seen = 0.0

    def reserve(self, now: float, most: float = inf) -> float:
        """Return the seconds to wait before a call that asks at `now`. It is reserved if that is less than `most`."""
        if self._next < now or now < self._seen - ODD:
            self._next = now
        self._seen = now
        wait = max(self._next - now, 0.0)
        if wait < most:
            self._next += self._interval
        return wait
