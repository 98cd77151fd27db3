"""A wait at a gate that cannot end in time is not begun."""

from __future__ import annotations

from ...errors import RateLimitError

TOO_MANY = 429


def check_gate(wait: float, spare: float) -> None:
    """Refuse a wait that does not fit.

    Args:
        wait: seconds that it takes at least.
        spare: seconds that are left of the call's deadline and of the attempt.

    Raises:
        RateLimitError: it does not fit.
    """
    if wait <= spare:
        return
    error = RateLimitError(
        f"Not sent: the service has refused calls of this kind, and the turn of this one is {wait:.2f} s away, "
        f"with {max(spare, 0):.2f} s left of its deadline or timeout.",
        status_code=TOO_MANY,
        retry_after=wait,
    )
    error.sent = False
    raise error
