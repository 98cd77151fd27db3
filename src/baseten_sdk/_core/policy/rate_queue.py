"""Decides whose turn it is under the limits on requests and tokens, and how long to wait until then. It never waits.

First come, first served, so that small calls cannot overtake a large one forever. The head of the queue knows when the
limits will let it through. A wait that cannot fit into the call's deadline does not begin.
"""

from __future__ import annotations

from collections import OrderedDict
from math import inf
from typing import Generic, Protocol, TypeVar

from .phases import Phase, late
from .rate_limit import Reservation

UNSURE = 0.25
"""Seconds until the next look if the moment is not known, because another event loop may give something back."""

T = TypeVar("T")


class Rates(Protocol):
    """The limits that the queue waits for."""

    def reserve(self, tokens: float, now: float, reservation: Reservation | None = None) -> Reservation | float:
        """Reserve what an attempt may use, or return the moment to ask again."""
        ...

    def soonest(self, ahead: int, now: float) -> float:
        """Return a lower bound for the turn of a call that has `ahead` others before it."""
        ...


class RateQueue(Generic[T]):
    """The calls that wait for their turn, first come, first served."""

    __slots__ = ("_rates", "waiting")

    def __init__(self, rates: Rates) -> None:
        self._rates = rates
        self.waiting: OrderedDict[T, None] = OrderedDict()

    def at_once(self, tokens: float, now: float, reservation: Reservation | None = None) -> Reservation | None:
        """Reserve what an attempt may use, if no call waits and it fits. Otherwise return None."""
        if self.waiting:
            return None
        got = self._rates.reserve(tokens, now, reservation)
        return got if isinstance(got, Reservation) else None

    def join(self, waiter: T, now: float, left: float, deadline: float) -> float:
        """Join the queue. Return the least number of seconds to wait.

        Args:
            waiter: The waiting call.
            left: Seconds left of the call's deadline.

        Raises:
            DeadlineExceeded: The turn cannot come in time.
        """
        wait = max(self._rates.soonest(len(self.waiting), now) - now, 0.0)
        check_fits("rate", wait, left, deadline)
        self.waiting[waiter] = None
        return wait

    def look(
        self, waiter: T, tokens: float, now: float, left: float, deadline: float, reservation: Reservation | None = None
    ) -> Reservation | float:
        """Reserve what an attempt may use, or return the seconds until the next look. `inf`: wait to be woken.

        Raises:
            DeadlineExceeded: The turn cannot come in time.
        """
        if next(iter(self.waiting)) is not waiter:
            return inf
        got = self._rates.reserve(tokens, now, reservation)
        if isinstance(got, Reservation):
            return got
        if got == inf:
            return UNSURE
        check_fits("rate", got - now, left, deadline)
        return got - now

    def leave(self, waiter: T) -> None:
        """Leave the queue. Safe to call twice."""
        self.waiting.pop(waiter, None)

    @property
    def first(self) -> T | None:
        """The call that has waited longest."""
        return next(iter(self.waiting), None)


def check_fits(phase: Phase, wait: float, left: float, deadline: float) -> None:
    """Refuse a wait that would not end in time.

    Raises:
        DeadlineExceeded: The wait does not fit into the deadline.
    """
    if wait > left:
        raise late(phase, wait, deadline)
