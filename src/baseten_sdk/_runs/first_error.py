"""Raises the error that caused a group of errors."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def first_error() -> Generator[None]:
    """Raise the first error of a group alone. A task group wraps even a single error. An interrupt comes first."""
    failure: BaseException | None = None
    try:
        yield
    except BaseExceptionGroup as group:
        # The others are the cancellations that it caused.
        failure = _interrupts(group) or group.subgroup(Exception)
        while isinstance(failure, BaseExceptionGroup):
            failure = failure.exceptions[0]
        failure = failure or group
    if failure is not None:
        raise failure


def _interrupts(group: BaseExceptionGroup[BaseException]) -> BaseExceptionGroup[BaseException] | None:
    """Return the interrupts in a group, or None.

    On asyncio, they have ended the event loop already. Raising one again would cut short what cleans up after it.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return group.subgroup((KeyboardInterrupt, SystemExit))
    return None
