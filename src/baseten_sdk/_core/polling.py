"""When to ask again how an async request is doing."""

from __future__ import annotations

from collections.abc import Iterator

FIRST = 0.25
GROWTH = 1.6
LONGEST = 15.0

DELIVERY = 60.0
"""Seconds to wait for a webhook that is still pending after the model has succeeded."""


def intervals() -> Iterator[float]:
    """Seconds between two questions: short at first, since many jobs are, and then ever longer."""
    wait = FIRST
    while True:
        yield wait
        wait = min(wait * GROWTH, LONGEST)
