"""The books behind `Limits(requests_per_minute=, tokens_per_minute=)` and the rule after a 429, for programs that keep
limits of their own, such as those that share them among processes.

One client needs none of this: it keeps its own. Times are passed in.
"""

from ._core.policy.backoff_gate import BackoffGate
from ._core.policy.rate_limit import MINUTE, Allowance, RateLimit, Reservation
from ._core.policy.refusal_row import RefusalRow

__all__ = ["MINUTE", "Allowance", "BackoffGate", "RateLimit", "RefusalRow", "Reservation"]
