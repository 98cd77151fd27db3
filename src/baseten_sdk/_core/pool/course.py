"""One call to a pool as decisions: who is asked first, who next, when to hedge, when to give up.

Theory of operation. All calls of a pool share its `PoolState`: the health of the members, the hedging, and the
source of their order. A `Course` is one call. The caller asks it what to do, does it, and reports the outcome.
The course itself never waits. Each member is tried once, healthy ones first. After that, rounds continue while retries
are left, with a pause before each.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from random import Random
from typing import NamedTuple, TypeAlias

from ...config import Retry
from ...errors import APIError, RateLimitError
from ...types.pool import Hedge, Target, Try
from ..policy.backoff import Backoff
from ..policy.retry import GiveUp
from ..policy.retry_budget import RetryBudget
from .breaker import Breaker
from .choice import drawn, ordered
from .hedging import Hedging
from .outcome import Failure, judge
from .silence import Silence


class TryMember(NamedTuple):
    """Send the request to a member, after a pause.

    Attributes:
        member: The index of the member.
        pause: Seconds to wait first.
        waits: Whether to wait at the member's backoff gate if it is closed. If not, the next member is tried.
    """

    member: int
    pause: float = 0.0
    waits: bool = False


ONLY = (0,)
ALONE, ALONE_WAITING = TryMember(0), TryMember(0, waits=True)
"""The order of a pool of one, and its first tries."""

Decision: TypeAlias = TryMember | GiveUp


class Member:
    """What a pool knows about a member."""

    __slots__ = ("breaker", "rests", "silence", "target")

    def __init__(self, target: Target) -> None:
        self.target = target
        self.breaker = Breaker()
        self.silence = Silence()
        self.rests = -inf

    def began(self, now: float) -> None:
        """Note that a call is sent."""
        self.breaker.sent(now)
        self.silence.began(now)

    def answered(self, seconds: float, now: float) -> None:
        """Note that a call was answered."""
        if self.breaker.failures:
            self.breaker.succeeded()
        self.silence.answered(seconds, now)

    def forgot(self) -> None:
        """Note that a call ended without saying anything about the member."""
        self.breaker.forgot()
        self.silence.ended()

    def failed(self, failure: Failure, now: float) -> None:
        """Note that a call failed."""
        if failure.rests:
            self.rests = max(self.rests, now + failure.rests)
        if failure.fault == "none":
            self.breaker.forgot()
        else:
            self.breaker.failed(now, at_once=failure.fault == "gone")
        self.silence.ended()

    def ready(self, now: float) -> bool:
        """Whether the member may be asked and is not resting."""
        return self.rests <= now and self.breaker.admits(now)

    @property
    def untroubled(self) -> bool:
        """Whether it has not failed since its last answer, and was never told to rest."""
        return not self.breaker.failures and self.rests == -inf

    @property
    def well_at(self) -> float:
        """The moment from which it may be asked again."""
        return max(self.rests, self.breaker.until)


class PoolState:
    """What all calls of a pool share.

    Attributes:
        members: The members.
        hedging: When to hedge. None: never.
        alone: The only member, if there is one and no hedging. While it is untroubled, there is nothing to decide.
    """

    __slots__ = ("_random", "_targets", "alone", "hedging", "members")

    def __init__(self, targets: Sequence[Target], hedge: Hedge | None = None, seed: int = 0) -> None:
        self._targets = tuple(targets)
        self.members = [Member(target) for target in targets]
        self.hedging = None if hedge is None else Hedging(hedge)
        self.alone = self.members[0] if len(self.members) == 1 and hedge is None else None
        self._random = Random(seed)

    def order(self, session: str | None = None) -> Sequence[int]:
        """Return the order of the members for a new call. Calls of one session have the same order."""
        if len(self._targets) == 1:
            return ONLY
        return drawn(self._targets, self._random) if session is None else ordered(self._targets, f"session/{session}")

    def cut(self, target: Target | None, now: float) -> None:
        """Note that a member's stream was cut after its first event."""
        for member in self.members:
            if member.target == target:
                member.breaker.failed(now)

    def first(self, order: Sequence[int], now: float) -> TryMember:
        """Return whom to ask first: the first healthy member in order, or the one that recovers first."""
        if order is ONLY:
            only = self.members[0]
            first = ALONE if only.ready(now) else ALONE_WAITING
            only.began(now)
            return first
        first = self.best(order, now)
        self.members[first.member].began(now)
        return first

    def ready(self, candidates: Sequence[int], now: float) -> list[int]:
        """Return the candidates that may be asked now, silent ones last."""
        members = self.members
        ready = [number for number in candidates if members[number].ready(now)]
        return sorted(ready, key=lambda number: members[number].silence.lasts(now)) if len(ready) > 1 else ready

    def best(self, candidates: Sequence[int], now: float) -> TryMember:
        """Return the first candidate that is ready and not silent, otherwise a ready one, otherwise the one that
        recovers first.
        """
        for number in candidates:
            if self.members[number].ready(now) and not self.members[number].silence.lasts(now):
                return TryMember(number)
        if ready := self.ready(candidates, now):
            return TryMember(ready[0])
        return TryMember(min(candidates, key=lambda number: self.members[number].well_at), waits=True)


class Course:
    """The tries of one call so far, and the decisions that follow from them.

    Args:
        pool: What all calls of the pool share.
        order: The order in which to try members; see `PoolState.order`.
        route: The kind of call, for the times of answers.
        retry: How often to try again after each member was tried once.
        budget: The client's budget for such retries.
        end: When its deadline is over.

    Attributes:
        end: When its deadline is over.
        tries: The requests that have ended.
        errors: The errors of the failed tries.
    """

    __slots__ = (
        "_asked",
        "_budget",
        "_moves_on",
        "_order",
        "_pool",
        "_retries",
        "_retry",
        "_route",
        "end",
        "errors",
        "tries",
    )

    def __init__(
        self,
        pool: PoolState,
        order: Sequence[int],
        route: str,
        retry: Retry,
        budget: RetryBudget,
        end: float = inf,
    ) -> None:
        self._pool = pool
        self._order = order
        self._route = route
        self.end = end
        self._retry = retry
        self._budget = budget
        self._asked: list[int] = []
        self._retries = 0
        self._moves_on = True
        self.tries: list[Try] = []
        self.errors: list[APIError] = []

    def first(self, now: float) -> TryMember:
        """Return whom to ask first."""
        first = self._pool.first(self._order, now)
        self.asked(first.member)
        return first

    def asked(self, number: int) -> None:
        """Note that a member was asked."""
        self._asked.append(number)

    @property
    def hedge_after(self) -> float | None:
        """Return the seconds without an answer after which to hedge. None: do not hedge."""
        hedging = self._pool.hedging
        return None if hedging is None else hedging.began(self._route)

    def hedge(self, now: float) -> TryMember | None:
        """Return the second request beside a slow one.

        None if no member is ready for it, or if the budget is used up.
        """
        hedging = self._pool.hedging
        fresh = [number for number in self._order if number not in self._asked]
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

    def cancelled(self, member: int, seconds: float, *, hedge: bool) -> None:
        """Note that a request was closed, because another one was faster or the caller went away."""
        self._pool.members[member].forgot()
        self.tries.append(Try(self._pool.members[member].target, "canceled", seconds, hedge))

    def failed(self, member: int, error: APIError, seconds: float, now: float, *, hedge: bool) -> None:
        """Note that a try failed."""
        failure = judge(error)
        self._pool.members[member].failed(failure, now)
        self.tries.append(Try(self._pool.members[member].target, failure.outcome, seconds, hedge))
        self.errors.append(error)
        self._moves_on = self._moves_on and failure.moves_on

    def next(self, now: float) -> Decision:
        """Decide what to do after all requests that were sent have failed."""
        if not self._moves_on:
            return GiveUp()
        fresh = [number for number in self._order if number not in self._asked]
        ready = self._pool.ready(fresh, now)
        if ready:
            return self._ask(ready[0], now)
        if self._retries >= self._retry.max_retries:
            return GiveUp()
        self._retries += 1
        seldom = sorted(self._order, key=self._asked.count)
        return self._again(fresh or seldom, now)

    def error(self, decision: GiveUp) -> APIError:
        """Return the error that ends the call: that of the last try, with the answer of each member."""
        error = self.errors[-1]
        error.tries = tuple(self.tries)
        if len(self.errors) > 1:
            error.add_note(f"{len(self.errors)} tries failed:")
            failed = [each.member.name for each in self.tries if each.outcome not in ("ok", "canceled")]
            for name, said in dict(zip(failed, self.errors, strict=True)).items():
                error.add_note(f"  {name}: {said.message}")
        if decision.why:
            error.add_note(f"Not tried again: {decision.why}")
        return error

    def _again(self, candidates: Sequence[int], now: float) -> Decision:
        """Decide on another try when no untried member is ready: ask the one that recovers first, after a pause."""
        number = self._pool.best(candidates, now).member
        limited = isinstance(self.errors[-1], RateLimitError)
        pause = max(self._pool.members[number].well_at - now, 0.0)
        if pause > self._retry.max_retry_after:
            return GiveUp(f"all members rest for {pause:g} s, longer than Retry(max_retry_after=...) allows.")
        if number in self._asked and not limited:
            pause = max(pause, Backoff(self._retry.initial, self._retry.maximum).after(self._retries))
        if now + pause >= self.end:
            return GiveUp(f"the next try, in {pause:.2f} s, would not fit into the deadline.")
        if not limited and not self._budget.spend():
            return GiveUp("the client's retry budget is used up, because too many of its calls fail.")
        return self._ask(number, now, pause, waits=True)

    def _ask(self, number: int, now: float, pause: float = 0.0, *, waits: bool = False) -> TryMember:
        self.asked(number)
        self._pool.members[number].began(now + pause)
        return TryMember(number, pause, waits)
