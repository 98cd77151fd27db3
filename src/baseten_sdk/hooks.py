"""What a client tells those who listen: `hooks=[function]` is called with each of these events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["Hook", "RetryEvent"]


@dataclass(frozen=True, slots=True)
class RetryEvent:
    """An attempt failed and another will be made.

    Attributes:
        method: the verb.
        url: the URL without its query.
        attempt: number of the attempt that failed, from 1.
        reason: what failed, such as "429" or "connect failed".
        wait: seconds until the next attempt.
        request_id: the service's id of the request that failed, where known.
    """

    method: str
    url: str
    attempt: int
    reason: str
    wait: float
    request_id: str | None


Hook: TypeAlias = Callable[[RetryEvent], object]
"""Called within the call that it tells of: keep it short. What it raises is logged and otherwise ignored."""
