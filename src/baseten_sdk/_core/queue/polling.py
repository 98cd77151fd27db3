"""When to ask again how an async request is doing, and when to stop."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from ...errors import APIConnectionError, APIError, APIStatusError, APITimeoutError
from ...types.async_requests import AsyncRequestStatus

FIRST = 0.25
GROWTH = 1.6
LONGEST = 15.0

DELIVERY = 60.0
"""Seconds to wait for a webhook that is still pending after the model has succeeded."""

QUESTION = 15.0
"""Seconds that one question may take, its repetitions included, where something else is waited for too."""

PASSING = frozenset({408, 409, 429})


def intervals(first: float = FIRST) -> Iterator[float]:
    """Seconds between two questions: short at first, since many jobs are, and then ever longer."""
    wait = first
    while True:
        yield wait
        wait = min(wait * GROWTH, LONGEST)


class Ending:
    """Tells when a request is over: at a terminal status, and after success when the delivery is over too."""

    __slots__ = ("_delivery_end",)

    def __init__(self) -> None:
        self._delivery_end = inf

    def reached(self, status: AsyncRequestStatus, now: float) -> bool:
        """Whether the status that came at `now` is the last."""
        if not status.is_terminal:
            return False
        if not status.delivery_pending or now >= self._delivery_end:
            return True
        self._delivery_end = min(self._delivery_end, now + DELIVERY)
        return False


def is_passing(error: APIError) -> bool:
    """Whether a question that failed is worth asking again later."""
    if isinstance(error, APIStatusError):
        return error.status_code >= 500 or error.status_code in PASSING
    if isinstance(error, APIConnectionError):
        return not error.permanent
    return isinstance(error, APITimeoutError)
