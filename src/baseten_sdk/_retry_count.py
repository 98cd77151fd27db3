"""Counts the retries of calls whose results do not hold that number, such as a plain JSON value.

The count goes with the context: into tasks and threads that are started meanwhile. It must not know what is retried.
"""

from __future__ import annotations

from contextvars import ContextVar


class RetryCount:
    """How many retries were made."""

    __slots__ = ("total",)

    def __init__(self) -> None:
        self.total = 0


_counting: ContextVar[RetryCount | None] = ContextVar("baseten_sdk_retries", default=None)


def count_retries() -> RetryCount:
    """Count the retries of all calls that this task makes from here on, until it asks again."""
    count = RetryCount()
    _counting.set(count)
    return count


def count_retry() -> None:
    """A call is tried again."""
    count = _counting.get()
    if count is not None:
        count.total += 1
