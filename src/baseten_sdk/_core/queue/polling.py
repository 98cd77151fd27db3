"""When to poll the status of an async request again, and when to stop."""

from __future__ import annotations

from math import inf

from ...types.async_requests import AsyncRequestStatus
from ..policy.backoff import Backoff

POLL_INTERVALS = Backoff(first=0.25, longest=15.0, growth=1.6)
"""Seconds between two status calls: short at first, because many jobs are short, then longer."""

DELIVERY_GRACE = 60.0
"""Seconds to wait for a webhook that is still pending after the model has succeeded."""

STATUS_CALL_SECONDS = 15.0
"""The longest time in seconds for one status call, retries included, while something else is awaited too."""


class Ending:
    """Decides when a request is over: at a terminal status, and after a success once its delivery is over too."""

    __slots__ = ("_delivery_end",)

    def __init__(self) -> None:
        self._delivery_end = inf

    def reached(self, status: AsyncRequestStatus, now: float) -> bool:
        """Whether the status that arrived at `now` is the last one."""
        if not status.is_terminal:
            return False
        if not status.delivery_pending or now >= self._delivery_end:
            return True
        self._delivery_end = min(self._delivery_end, now + DELIVERY_GRACE)
        return False
