"""After a 429 nobody is let through to the same URL until the service will have it, and then not all at once."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

SPREAD = 0.25
"""Those who waited are let through over this part of the time that they waited; doubled with each further closing."""

WIDEST = 4.0
"""The spread at most, as a multiple of the time that they waited."""

LONGEST_SPREAD = 10.0
"""Seconds over which they are let through at most."""

DOUBLINGS = 32
"""How often it is doubled at most: far beyond `WIDEST`, and within what a float can hold."""


@dataclass(slots=True)
class _Closing:
    """When it opens, how long it was closed, and how often in a row."""

    opens: float
    seconds: float
    count: int

    @property
    def spread(self) -> float:
        """Seconds over which those who waited are let through."""
        return min(self.seconds * min(SPREAD * 2.0 ** min(self.count - 1, DOUBLINGS), WIDEST), LONGEST_SPREAD)

    @property
    def forgotten(self) -> float:
        """The moment from which another refusal is the first one again: all have been let through, and were taken."""
        return self.opens + self.spread + 2 * self.seconds


class BackoffGates:
    """The gates of a client, one for each URL that has refused.

    Attributes:
        closed: whether any of them may be closed; where not, nobody needs to ask.
    """

    __slots__ = ("_closings", "closed")

    def __init__(self) -> None:
        self._closings: dict[str, _Closing] = {}
        self.closed = False

    def close(self, url: str, seconds: float, now: float) -> None:
        """A request was refused.

        Args:
            url: the URL that refused it.
            seconds: how long nobody need try again.
            now: when.
        """
        last = self._closings.get(url)
        if last is not None and now < last.opens:
            if now + seconds > last.opens:
                last.opens, last.seconds = now + seconds, seconds
            return
        count = last.count + 1 if last is not None and now < last.forgotten else 1
        self._closings[url] = _Closing(now + seconds, seconds, count)
        self.closed = True

    def release(self, url: str, now: float, random: Random) -> float:
        """The moment at which one who comes now is let through; `now` where the gate is open."""
        closing = self._closings.get(url)
        if closing is None or now >= closing.opens:
            self._forget(now)
            return now
        return closing.opens + random.uniform(0, closing.spread)

    def _forget(self, now: float) -> None:
        """Let go of closings that are over and count for nothing any more."""
        over = [url for url, each in self._closings.items() if now >= each.forgotten]
        for url in over:
            del self._closings[url]
        self.closed = bool(self._closings)
