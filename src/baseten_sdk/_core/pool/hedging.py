"""When a second request goes out beside one that is slow: after which time, and how often at most."""

from __future__ import annotations

from ...types.pool import Hedge
from ..request.request import Request
from .latency import Latencies

LONGEST_CREDIT = 10.0
"""Hedges that a quiet time can save up."""


def is_hedgeable(request: Request) -> bool:
    """Whether a request may be sent beside itself: it asks a model, and may be sent twice."""
    return request.method == "POST" and request.safety == "repeatable" and not request.url.endswith("/wake")


class Hedging:
    """The delay before a hedge, and the budget of all of them."""

    __slots__ = ("_credit", "_hedge", "_routes")

    def __init__(self, hedge: Hedge) -> None:
        self._hedge = hedge
        self._credit = 0.0
        self._routes: dict[str, Latencies] = {}

    def answered(self, route: str, seconds: float) -> None:
        """An answer came; routes are told apart, since a chat takes longer than an embedding."""
        self._routes.setdefault(route, Latencies()).add(seconds)

    def began(self, route: str) -> float | None:
        """A call begins: seconds until a hedge may go out; None where none may."""
        self._credit = min(self._credit + self._hedge.budget, LONGEST_CREDIT)
        quantile = self._hedge.quantile
        if quantile is None:
            return float(self._hedge.after)
        latencies = self._routes.get(route)
        measured = None if latencies is None else latencies.quantile(quantile)
        return self._hedge.until_measured if measured is None else measured

    def take(self) -> bool:
        """Take a hedge out of the budget; False where there is none left."""
        if self._credit < 1:
            return False
        self._credit -= 1
        return True
