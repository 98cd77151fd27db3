# unasync: skip-file
"""Unwraps a cancellation that arrives as a group, because it hit several tasks of a library at once."""

from __future__ import annotations

import anyio


def cancellation_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return one of the cancellations in a group that holds nothing else, so that callers see a cancellation.

    Otherwise, return the group.
    """
    cancelled, other = group.split(anyio.get_cancelled_exc_class())
    error: BaseException = group
    if cancelled is not None and other is None:
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
    return error
