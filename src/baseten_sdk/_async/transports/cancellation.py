# unasync: skip-file
"""A cancellation that came as a group, because it struck several tasks of a library at once."""

from __future__ import annotations

import anyio


def ungrouped(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """One of its cancellations if it holds nothing else, so that callers and observers see a cancellation; else the
    group."""
    cancelled, other = group.split(anyio.get_cancelled_exc_class())
    error: BaseException = group
    if cancelled is not None and other is None:
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
    return error
