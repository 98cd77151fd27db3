"""Spacing out calls of which the service allows only so many a second."""

from __future__ import annotations

MARGIN = 0.95
"""Part of the allowed rate that is used: calls that are spaced evenly here need not arrive so."""

ODD = 60.0
"""Seconds of waiting that no queue of ours explains: the clock has changed, so begin anew."""


class Pace:
    """Gives each call its moment, first come, first served.

    Args:
        per_second: calls a second that are allowed.
    """

    __slots__ = ("_interval", "_next")

    def __init__(self, per_second: float) -> None:
        self._interval = 1.0 / (per_second * MARGIN)
        self._next = 0.0

    def reserve(self, now: float) -> float:
        """Seconds to wait before the call that is asked for at `now`."""
        if self._next < now or self._next > now + ODD:
            self._next = now
        wait = self._next - now
        self._next += self._interval
        return wait
