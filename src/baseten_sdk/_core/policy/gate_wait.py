"""Refuses a wait at a gate that would not end in time."""

from __future__ import annotations

from ...errors import RateLimitError

TOO_MANY = 429


def check_gate(wait: float, spare: float) -> None:
    """Refuse a wait that does not fit.

    Args:
        wait: The least number of seconds that it takes.
        spare: Seconds left of the call's deadline and of the attempt.

    Raises:
        RateLimitError: The wait does not fit.
    """
    if wait > spare:
        raise not_sent(wait, f", with {max(spare, 0):.2f} s left of its deadline or timeout")


def not_sent(wait: float, why: str = "") -> RateLimitError:
    """Return the error of a call that is not sent, because its turn is too many seconds away."""
    error = RateLimitError(
        f"Not sent: the service has refused calls of this kind, and the turn of this one is {wait:.2f} s away{why}.",
        status_code=TOO_MANY,
        retry_after=wait,
    )
    error.sent = False
    return error
