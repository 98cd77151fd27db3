"""When to send a second request beside a slow one, and how often at most."""

from __future__ import annotations

from ...types.pool import Hedge
from ..request.request import Request
from .latency import Latencies

MOST_ROUTES = 64
"""Routes whose times are kept. Each path of a container is a route of its own."""

LONGEST_CREDIT = 10.0
"""The most hedges that a quiet time can save up."""


def is_hedgeable(request: Request) -> bool:
    """Whether a request may be sent twice at once: it asks a model and is safe to repeat."""
    return request.method == "POST" and request.safety == "repeatable" and not request.url.endswith("/wake")


class Hedging:
    """The delay before a hedge, and the budget of all of them."""

    __slots__ = ("_credit", "_hedge", "_routes")

    def __init__(self, hedge: Hedge) -> None:
        self._hedge = hedge
        self._credit = 0.0
        self._routes: dict[str, Latencies] = {}

    def answered(self, route: str, seconds: float) -> None:
        """Note an answer. Routes are tracked separately, because a chat takes longer than an embedding."""
        if route not in self._routes and len(self._routes) >= MOST_ROUTES:
            self._routes.clear()
        self._routes.setdefault(route, Latencies()).add(seconds)

    def began(self, route: str) -> float | None:
        """Note a new call. Return the seconds until a hedge may be sent, or None if it may not."""
        self._credit = min(self._credit + self._hedge.budget, LONGEST_CREDIT)
        quantile = self._hedge.quantile
        if quantile is None:
            return float(self._hedge.after)
        latencies = self._routes.get(route)
        measured = None if latencies is None else latencies.quantile(quantile)
        return self._hedge.until_measured if measured is None else measured

    def take(self) -> bool:
        """Take a hedge out of the budget. Return False if none is left."""
        if self._credit < 1:
            return False
        self._credit -= 1
        return True
