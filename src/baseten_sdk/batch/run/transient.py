"""Which failures of a row pass by themselves, and how long to wait for that.

The client has made its own attempts by then. It must not know of engines or files.
"""

from __future__ import annotations

import random

from ...errors import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    InternalServerError,
    ModelError,
    RateLimitError,
    RequestTimeoutError,
    ResponseValidationError,
)

INITIAL = 1.0
MAXIMUM = 30.0
LONGEST = 600.0
"""Seconds of `Retry-After` that are waited for at most."""

PERMANENT_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached", "budget_exceeded", "quota_exceeded"})


def patience_for(error: Exception, tries: int) -> float | None:
    """Seconds after which a row is worth another try, or None.

    Worth it are lost connections (a reply that was cut is of no use), 408, 429, 5xx that the model's own code did not
    raise, and replies that cannot be read. Not a timeout of ours: the model may have run, and been billed, and would
    take as long again.

    Args:
        error: how the row failed.
        tries: how often it was tried, from 1.
    """
    if not _passes(error):
        return None
    asked = error.retry_after if isinstance(error, APIStatusError) else None
    if asked is not None and asked > LONGEST:
        return None
    return max(asked or 0.0, random.uniform(0, min(MAXIMUM, INITIAL * 2**tries)))


def _passes(error: Exception) -> bool:
    match error:
        case APITimeoutError():
            return error.phase == "connect"
        case APIConnectionError():
            return not error.permanent
        case ModelError():
            return False
        case RateLimitError():
            return error.code not in PERMANENT_CODES and error.type not in PERMANENT_CODES
        case InternalServerError() | RequestTimeoutError() | ResponseValidationError():
            return True
        case _:
            return False
