"""Out of a group of errors the one that began it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def ungrouped() -> Generator[None]:
    """Raise the first error of a group by itself: a task group wraps even a single one."""
    failure: BaseException | None = None
    try:
        yield
    except BaseExceptionGroup as group:
        # The others are the cancellations that it brought about.
        failure = group.subgroup(Exception) or group
        while isinstance(failure, ExceptionGroup):
            failure = failure.exceptions[0]
    if failure is not None:
        raise failure
