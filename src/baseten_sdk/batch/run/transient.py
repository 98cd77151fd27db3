"""Which failures of a row are worth another try, and after how long.

The client has made its own attempts by then. It must not know of engines or files.
"""

from __future__ import annotations

import random

from ...errors import APIStatusError, APITimeoutError, BasetenError, ResponseValidationError

INITIAL = 1.0
MAXIMUM = 30.0
"""Waits before another try, in seconds: they double from twice the first bound up to the second."""

LONGEST = 600.0
"""The longest `Retry-After`, in seconds, that a row waits for."""


def retry_delay(error: Exception, tries: int) -> float | None:
    """Return the seconds to wait before another try of a row, or None if none is worth it.

    Args:
        error: How the row failed.
        tries: How often it was tried, from 1.
    """
    if not _is_worth_it(error):
        return None
    asked = error.retry_after if isinstance(error, APIStatusError) else None
    if asked is not None and asked > LONGEST:
        return None
    return max(asked or 0.0, random.uniform(0, min(MAXIMUM, INITIAL * 2**tries)))


def _is_worth_it(error: Exception) -> bool:
    match error:
        case APITimeoutError():
            # After a limit of ours the model may have run, and been billed, and would take as long again.
            return error.transient and error.phase == "connect"
        case ResponseValidationError():
            return True  # a proxy's page in place of the reply
        case BasetenError():
            return error.transient
        case _:
            return False
