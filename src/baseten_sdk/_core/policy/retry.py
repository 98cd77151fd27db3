"""What to do after an attempt failed: wait and try again, or give up.

Imported when a call first fails, so that calls which succeed pay nothing for it. The waits come from tenacity's
strategies, drawn with full jitter; what they are based on (time, chance, the budget) is passed in.
"""

from __future__ import annotations

import random
from math import inf

from tenacity import Future, RetryCallState, Retrying, stop_after_attempt, wait_exponential

from ...config import Retry
from ...errors import APIConnectionError, APIError, APIStatusError, APITimeoutError, DeadlineExceeded, RateLimitError
from ..request.request import Safety
from .retry_budget import RetryBudget

RETRIED = frozenset({408, 429, 500, 502, 503, 504, 529})

RETRIED_ONCE = frozenset({429, 503})
"""Statuses that say that the service has not taken the request, so that a second one makes no second job."""

SPREAD = 0.1
"""A `Retry-After` is stretched by up to this part of itself, so that many callers do not come back at once."""

_SHARED_RANDOM = random.Random()


class Recovery:
    """The failures of one call so far, and what follows from them."""

    _safety: Safety

    __slots__ = (
        "_bound",
        "_budget",
        "_end",
        "_history",
        "_policy",
        "_random",
        "_safety",
        "_state",
        "_stop",
        "_why",
        "reason",
    )

    def __init__(self, policy: Retry, safety: Safety, budget: RetryBudget, end: float = inf) -> None:
        self._policy = policy
        self._safety = safety
        self._budget = budget
        self._end = end
        self._random = policy.random or _SHARED_RANDOM
        self._bound = wait_exponential(multiplier=policy.initial, max=policy.maximum)
        self._stop = stop_after_attempt(policy.max_retries + 1)
        self._state = RetryCallState(Retrying(), None, (), {})
        self._history: list[str] = []
        self._why: str | None = None
        self.reason = ""

    def decide(self, error: APIError, attempt: int, now: float) -> float | None:
        """Seconds after which to try again, or None to give up.

        Args:
            error: how the `attempt`-th attempt failed.
            attempt: number of the attempt, from 1.
            now: when it failed, on the clock on which the deadline is `end`.
        """
        self._state.attempt_number = attempt
        self.reason = describe(error)
        self._history.append(self.reason)
        if not may_repeat(error, self._policy, self._safety) or self._stop(self._state):
            return None
        asked = error.retry_after if isinstance(error, APIStatusError) else None
        if asked is not None and asked > self._policy.max_retry_after:
            self._why = f"the service asked to wait {asked:g} s, longer than Retry(max_retry_after=...) allows."
            return None
        seconds = self._seconds(asked, error)
        if now + seconds >= self._end:
            self._why = f"the next attempt, in {seconds:.2f} s, would not fit into the deadline."
            return None
        if not self._budget.spend():
            self._why = "the client's retry budget is used up, because too many of its calls fail."
            return None
        self._history[-1] = f"{self.reason} (waited {seconds:.2f} s)"
        return seconds

    def refusal(self, error: APIError, wait: float | None) -> float | None:
        """Seconds for which nobody else need try, because the service has answered 429; None where it has not.

        Args:
            error: how an attempt failed.
            wait: what was decided for the call itself.
        """
        if not isinstance(error, RateLimitError) or error.quota_exhausted:
            return None
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= self._policy.max_retry_after else None
        return self._bound(self._state) if wait is None else wait

    def _seconds(self, asked: float | None, error: APIError) -> float:
        if asked is not None:
            return asked * (1 + self._random.uniform(0, SPREAD))
        if self._policy.wait is not None:
            self._state.outcome = Future.construct(self._state.attempt_number, error, has_exception=True)
            return self._policy.wait(self._state)
        return self._random.uniform(0, self._bound(self._state))

    def annotate(self, error: APIError) -> None:
        """Add a note of all attempts to the error that ends the call, and of what kept it from another."""
        count = len(self._history)
        if count > 1:
            error.add_note(f"{count} attempts: {', '.join(self._history)}.")
        if self._why is not None:
            error.add_note(f"Not tried again: {self._why}")


def may_repeat(error: APIError, policy: Retry, safety: Safety) -> bool:
    """Whether the request may be sent again after this failure."""
    match error:
        case DeadlineExceeded():
            return False
        case APIStatusError():
            if error.quota_exhausted:
                return False
            return error.status_code in (RETRIED if safety == "repeatable" else RETRIED_ONCE)
        case APIConnectionError(permanent=True):
            return False
        case APIConnectionError(phase="connect"):
            return True
        case APITimeoutError(phase="key" | "gate" | "rate" | "queue"):
            return False
        case APITimeoutError():
            return policy.on_read_timeout and safety == "repeatable"
        case APIConnectionError():
            return safety == "repeatable" and error.status_code is None
        case _:
            return False


def describe(error: APIError) -> str:
    """A failure in a word or two, for the note of all attempts."""
    if isinstance(error, APIStatusError):
        return str(error.status_code)
    if isinstance(error, APITimeoutError):
        return f"{type(error).__name__} after {error.limit:g} s" if error.limit is not None else type(error).__name__
    if isinstance(error, APIConnectionError):
        return f"{error.phase} failed"
    return type(error).__name__
