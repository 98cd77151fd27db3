"""One call to a pool as decisions: who is asked first, who next, when to hedge, when to give up.

Theory of operation. All calls of a pool share its `PoolState`. A `Course` is one call. The caller asks it what to do,
does it, and reports the outcome. The course itself never waits. Each member is tried once, healthy ones first. After
that, rounds continue while retries are left, with a pause before each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf
from typing import TypeAlias

from ...config import Retry
from ...errors import APIError, NotFoundError, RateLimitError
from ...types.pool import Try
from ..policy.backoff import Backoff
from ..policy.retry import GiveUp
from ..policy.retry_budget import RetryBudget
from .breaker import SLACK
from .member_check import MemberCheck
from .members import PoolState, TryMember
from .outcome import judge

Decision: TypeAlias = TryMember | GiveUp


class Course:
    """The tries of one call so far, and the decisions that follow from them.

    Args:
        pool: What all calls of the pool share.
        order: The order in which to try members; see `PoolState.order`.
        route: The kind of the request, for the times of answers.
        retry: How often to try again after each member was tried once.
        budget: The client's budget for such retries.
        end: When its deadline is over.

    Attributes:
        end: When its deadline is over.
        tries: The requests that have ended.
        errors: The errors of the failed tries.
    """

    __slots__ = (
        "_budget",
        "_gone",
        "_hedge_after",
        "_moves_on",
        "_order",
        "_pool",
        "_retries",
        "_retry",
        "_route",
        "_tried",
        "end",
        "errors",
        "tries",
    )

    def __init__(
        self, pool: PoolState, order: Sequence[int], route: str, retry: Retry, budget: RetryBudget, end: float = inf
    ) -> None:
        self._pool = pool
        self._order = order
        self._route = route
        self.end = end
        self._retry = retry
        self._budget = budget
        self._tried: list[int] = []
        self._hedge_after = None if pool.hedging is None else pool.hedging.began(route)
        self._gone: set[int] = set()
        self._retries = 0
        self._moves_on = True
        self.tries: list[Try] = []
        self.errors: list[APIError] = []

    def first(self, now: float) -> TryMember:
        """Return whom to ask first."""
        first = self._pool.first(self._order, now)
        self.tried(first.member)
        return first

    def tried(self, number: int) -> None:
        """Note that a member was tried."""
        self._tried.append(number)

    def check(self, number: int, now: Callable[[], float]) -> MemberCheck:
        """Return what detects that a member hangs while a request waits for it."""
        return MemberCheck(self._pool, number, self._order, self._tried, self._route, now)

    @property
    def hedge_after(self) -> float | None:
        """Return the seconds without an answer after which to hedge. None: do not hedge."""
        return self._hedge_after

    def hedge(self, now: float) -> TryMember | None:
        """Return the second request beside a slow one.

        None if no member is ready for it, or if the budget is used up.
        """
        hedging = self._pool.hedging
        fresh = [number for number in self._order if number not in self._tried]
        ready = self._pool.ready(fresh, now)
        if not ready and len(self._pool.members) == 1 and self._pool.members[0].ready(now):
            ready = [0]
        if hedging is None or not ready or not hedging.take():
            return None
        return self._ask(ready[0], now)

    def succeeded(self, member: int, seconds: float, now: float, *, hedge: bool) -> None:
        """Note that a member answered."""
        self._pool.members[member].answered(seconds, now)
        if self._pool.hedging is not None:
            self._pool.hedging.answered(self._route, seconds)
        self.tries.append(Try(self._pool.members[member].target, "ok", seconds, hedge))

    def cancelled(self, member: int, seconds: float, now: float, *, hedge: bool, late: bool = False) -> None:
        """Note that a request was closed, because another one was faster or the caller went away."""
        self._pool.members[member].cancelled(now - seconds, now, late=late)
        self.tries.append(Try(self._pool.members[member].target, "canceled", seconds, hedge))

    def failed(
        self, member: int, error: APIError, seconds: float, now: float, *, hedge: bool, late: bool = False
    ) -> None:
        """Note that a try failed. `late`: it had waited longer than usual."""
        failure = judge(error)
        self._pool.members[member].failed(failure, now - seconds, now, late=late)
        self.tries.append(Try(self._pool.members[member].target, failure.outcome, seconds, hedge))
        self.errors.append(error)
        if failure.fault == "gone":
            self._gone.add(member)
        self._moves_on = self._moves_on and failure.moves_on

    def next(self, now: float) -> Decision:
        """Decide what to do after all requests that were sent have failed."""
        if not self._moves_on:
            return GiveUp()
        fresh = [number for number in self._order if number not in self._tried]
        ready = self._pool.ready(fresh, now)
        if ready:
            return self._ask(ready[0], now)
        if self._gone.issuperset(self._order):
            if all(isinstance(error, NotFoundError) for error in self.errors):
                # What no member knows does not exist, so nothing is wrong with the members.
                for number in self._order:
                    self._pool.members[number].breaker.succeeded()
            return GiveUp()
        if self._retries >= self._retry.max_retries:
            return GiveUp()
        self._retries += 1
        return self._again(now)

    def error(self, decision: GiveUp) -> APIError:
        """Return the error that ends the call: that of the last try, with the answer of each member."""
        error = self.errors[-1]
        error.tries = tuple(self.tries)
        if len(self.errors) > 1:
            error.add_note(f"{len(self.errors)} tries failed:")
            failed = [each.member.name for each in self.tries if each.outcome not in ("ok", "canceled")]
            for name, cause in dict(zip(failed, self.errors, strict=True)).items():
                error.add_note(f"  {name}: {cause.message}")
        if decision.why:
            error.add_note(f"Not tried again: {decision.why}")
        return error

    def _again(self, now: float) -> Decision:
        """Decide on another try when no untried member is ready: ask the one that may be asked first, after a pause.

        Among those that may be asked at the same time, it is the one that was asked least often.
        """
        limited = isinstance(self.errors[-1], RateLimitError)
        backoff = 0.0 if limited else Backoff(self._retry.initial, self._retry.maximum).after(self._retries)

        def pause_of(number: int) -> float:
            pause = max(self._pool.members[number].well_at - now, 0.0)
            return max(pause, backoff) if number in self._tried else pause

        def least(number: int) -> tuple[bool, float, bool]:
            member, pause = self._pool.members[number], pause_of(number)
            return not member.ready(now + pause + SLACK), pause, member.silence.lasts(now)

        candidates = [number for number in self._order if number not in self._gone]
        number = min(sorted(candidates, key=self._tried.count), key=least)
        pause = pause_of(number)
        if pause > self._retry.max_retry_after:
            return GiveUp(f"all members rest for {pause:g} s, longer than Retry(max_retry_after=...) allows.")
        if now + pause >= self.end:
            return GiveUp(f"the next try, in {pause:.2f} s, would not fit into the deadline.")
        if not limited and not self._budget.spend():
            return GiveUp("the client's retry budget is used up, because too many of its calls fail.")
        return self._ask(number, now, pause, waits=True)

    def _ask(self, number: int, now: float, pause: float = 0.0, *, waits: bool = False) -> TryMember:
        self.tried(number)
        self._pool.members[number].began(now + pause)
        return TryMember(number, pause, waits)
