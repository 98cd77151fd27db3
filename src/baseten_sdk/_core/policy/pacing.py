"""Spaces out calls that the service limits to a number a second."""

from __future__ import annotations

from math import inf

MARGIN = 0.95
"""Part of the allowed rate that is used: calls that are spaced evenly here need not arrive so."""

ODD = 1.0
"""Seconds by which the time may seem to go back, since threads tell it one after another; more is another clock."""


class Pace:
    """Give each call its moment, first come, first served.

    Args:
        per_second: calls a second that are allowed.
    """

    __slots__ = ("_interval", "_next", "_seen")

    def __init__(self, per_second: float) -> None:
        self._interval = 1.0 / (per_second * MARGIN)
        self._next = 0.0
        self._seen = 0.0

    def reserve(self, now: float, most: float = inf) -> float:
        """Seconds to wait before the call asked for at `now`; where they are `most` or more, no turn is taken."""
        if self._next < now or now < self._seen - ODD:
            self._next = now
        self._seen = now
        wait = max(self._next - now, 0.0)
        if wait < most:
            self._next += self._interval
        return wait
