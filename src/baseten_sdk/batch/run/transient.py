"""Which failures of a row are worth another try, and after how long.

The client has made its own attempts by then. It must not know of engines or files.
"""

from __future__ import annotations

import random

from ...errors import APIStatusError, APITimeoutError, BasetenError, ResponseValidationError
from ...rates import Backoff

WAITS = Backoff(first=2.0, longest=30.0)
"""The longest wait before each further try, in seconds."""

LONGEST = 600.0
"""The longest `Retry-After`, in seconds, that a row waits for."""


def retry_delay(error: Exception, tries: int) -> float | None:
    """Return the seconds to wait before another try of a row, or None if none is worth it.

    Args:
        tries: How often it was tried, from 1.
    """
    if not _is_worth_it(error):
        return None
    retry_after = error.retry_after if isinstance(error, APIStatusError) else None
    if retry_after is not None and retry_after > LONGEST:
        return None
    return max(retry_after or 0.0, random.uniform(0, WAITS.after(tries)))


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
