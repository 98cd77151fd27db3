"""The books behind `Limits(requests_per_minute=, tokens_per_minute=)`, for programs that share limits among processes.

One client needs none of this: it keeps its own. Times are passed in.
"""

from ._core.policy.rate_limit import MINUTE, Allowance, RateLimit, Reservation

__all__ = ["MINUTE", "Allowance", "RateLimit", "Reservation"]
