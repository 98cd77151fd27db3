"""Decides what to do after a failed attempt: wait and try again, or give up.

Time, randomness and the retry budget are passed in.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from ...config import Retry
from ...errors import APIConnectionError, APIError, APIStatusError, APITimeoutError, DeadlineExceeded, RateLimitError
from ..request.request import Safety
from .backoff import Backoff
from .retry_budget import RetryBudget

if TYPE_CHECKING:
    from tenacity import RetryCallState

RETRIED = frozenset({408, 429, 500, 502, 503, 504, 529})

RETRIED_ONCE = frozenset({429, 503})
"""Statuses that mean that the service did not take the request, so that a second one does not create a second job."""

STARTING = frozenset({502, 503})
"""Statuses of a deployment that has not started yet, or of a proxy in front of it."""

SPREAD = 0.1
"""A `Retry-After` is extended by up to this share, so that many callers do not come back at once."""

_SHARED_RANDOM = random.Random()


@dataclass(frozen=True, slots=True)
class RetryAfter:
    """Try again.

    Attributes:
        seconds: How long to wait first.
        reason: What failed, in a word or two.
    """

    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Raise the error.

    Attributes:
        why: What prevented a retry of a transient failure. None if the failure itself is not retried.
    """

    why: str | None = None


class RetryState:
    """The failures of one call so far, and the decision that follows from them.

    Args:
        policy: The retries of the call.
        safety: Whether its request may be sent twice.
        budget: The retries that the client has left.
        end: When the deadline passes.
        awaits_start: Whether to retry until `end` while a deployment starts, regardless of `max_retries`.
    """

    __slots__ = ("_awaits_start", "_backoff", "_budget", "_end", "_history", "_policy", "_random", "_safety")

    def __init__(
        self, policy: Retry, safety: Safety, budget: RetryBudget, end: float = inf, *, awaits_start: bool = False
    ) -> None:
        self._policy = policy
        self._awaits_start = awaits_start and policy.max_retries > 0 and end < inf
        self._safety: Safety = safety
        self._budget = budget
        self._end = end
        self._random = policy.random or _SHARED_RANDOM
        self._backoff = Backoff(policy.initial, policy.maximum)
        self._history: list[str] = []

    def decide(self, error: APIError, attempt: int, now: float) -> RetryAfter | GiveUp:
        """Decide what to do next.

        Args:
            attempt: The number of the attempt, from 1.
            now: When it failed, on the clock of the deadline `end`.
        """
        reason = describe(error)
        self._history.append(reason)
        starting = self._awaits_start and isinstance(error, APIStatusError) and error.status_code in STARTING
        used_up = attempt > self._policy.max_retries and not starting
        if not may_repeat(error, self._policy, self._safety) or used_up:
            return GiveUp()
        requested = error.retry_after if isinstance(error, APIStatusError) else None
        if requested is not None and requested > self._policy.max_retry_after:
            return GiveUp(f"the service asked to wait {requested:g} s, longer than Retry(max_retry_after=...) allows.")
        seconds = self._seconds(requested, error, attempt)
        if now + seconds >= self._end:
            return GiveUp(f"the next attempt, in {seconds:.2f} s, would not fit into the deadline.")
        if not isinstance(error, RateLimitError) and not starting and not self._budget.spend():
            return GiveUp("the client's retry budget is used up, because too many of its calls fail.")
        self._history[-1] = f"{reason} (waited {seconds:.2f} s)"
        return RetryAfter(seconds, reason)

    def closed_for(self, error: APIError, attempt: int, decision: RetryAfter | GiveUp) -> float | None:
        """Return for how many seconds other calls should hold back after a 429. None if the error is not a 429.

        Args:
            attempt: The number of the attempt, from 1.
            decision: What was decided for the call itself.
        """
        if not isinstance(error, RateLimitError) or error.quota_exhausted or not error.sent:
            return None
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= self._policy.max_retry_after else None
        return decision.seconds if isinstance(decision, RetryAfter) else self._backoff.after(attempt)

    def _seconds(self, requested: float | None, error: APIError, attempt: int) -> float:
        if requested is not None:
            return requested * (1 + self._random.uniform(0, SPREAD))
        if self._policy.wait is not None:
            return self._policy.wait(_tenacity_state(error, attempt))
        return self._backoff.jittered(attempt, self._random)

    def annotate(self, error: APIError, end: GiveUp) -> None:
        """Add a note of all attempts, and of what prevented another one, to the error that ends the call."""
        count = len(self._history)
        if count > 1:
            error.add_note(f"{count} attempts: {', '.join(self._history)}.")
        if end.why is not None:
            error.add_note(f"Not tried again: {end.why}")


def _tenacity_state(error: APIError, attempt: int) -> RetryCallState:
    """Build the state that tenacity's wait strategies read.

    Whoever passed such a strategy has imported tenacity already.
    """
    from tenacity import Future, RetryCallState, Retrying

    state = RetryCallState(Retrying(), None, (), {})
    state.attempt_number = attempt
    state.outcome = Future.construct(attempt, error, has_exception=True)
    return state


def may_repeat(error: APIError, policy: Retry, safety: Safety) -> bool:
    """Whether the request may be sent again after this failure."""
    match error:
        case DeadlineExceeded():
            return False
        case APIStatusError():
            if error.quota_exhausted or (isinstance(error, RateLimitError) and not error.sent):
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
    """Describe a failure in a word or two, for the note of all attempts."""
    if isinstance(error, APIStatusError):
        return str(error.status_code)
    if isinstance(error, APITimeoutError):
        return f"{type(error).__name__} after {error.limit:g} s" if error.limit is not None else type(error).__name__
    if isinstance(error, APIConnectionError):
        return f"{error.phase} failed"
    return type(error).__name__
