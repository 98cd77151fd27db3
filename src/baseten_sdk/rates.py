"""The accounting behind `Limits(requests_per_minute=, tokens_per_minute=)`, and the rule after a 429.

It is for programs that enforce limits themselves, for example to share them among processes. A single client does not
need it. Times are passed in.
"""

from ._core.policy.backoff_gate import BackoffGate
from ._core.policy.rate_limit import MINUTE, Allowance, RateLimit, Reservation
from ._core.policy.refusal_row import RefusalRow

__all__ = ["MINUTE", "Allowance", "BackoffGate", "RateLimit", "RefusalRow", "Reservation"]
