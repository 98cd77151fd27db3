"""The rules of waiting, for the parts that send requests of their own. Times are passed in."""

from ._core.policy.backoff import Backoff
from ._core.policy.backoff_gate import BackoffGate
from ._core.policy.refusal_streak import RefusalStreak

__all__ = ["Backoff", "BackoffGate", "RefusalStreak"]
