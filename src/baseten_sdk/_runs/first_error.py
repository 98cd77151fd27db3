"""Raises the error that caused a group of errors."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def first_error() -> Generator[None]:
    """Raise the first error of a group alone. A task group wraps even a single error."""
    failure: BaseException | None = None
    try:
        yield
    except BaseExceptionGroup as group:
        # The others are the cancellations that it caused.
        failure = group.subgroup(Exception) or group
        while isinstance(failure, ExceptionGroup):
            failure = failure.exceptions[0]
    if failure is not None:
        raise failure
