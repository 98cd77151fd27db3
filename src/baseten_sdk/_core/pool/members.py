"""What all calls of a pool share: the health of its members, their order, the hedging, and how long answers take."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from random import Random
from typing import NamedTuple

from ...types.pool import Hedge, Target
from .breaker import Breaker
from .choice import drawn, ordered
from .hedging import Hedging
from .outcome import Failure
from .silence import Silence, SlowestAnswers


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


class Member:
    """What a pool knows about a member.

    Attributes:
        late: How many requests have waited for it longer than usual, and still wait.
    """

    __slots__ = ("breaker", "late", "rests", "silence", "target")

    def __init__(self, target: Target) -> None:
        self.target = target
        self.breaker = Breaker()
        self.silence = Silence()
        self.rests = -inf
        self.late = 0

    def began(self, now: float) -> None:
        """Note that a call is sent."""
        self.breaker.sent(now)
        self.silence.began(now)

    def answered(self, seconds: float, now: float) -> None:
        """Note that a call was answered."""
        if self.breaker.failures:
            self.breaker.succeeded()
        self.silence.answered(seconds, now)

    def cancelled(self, began: float, now: float, *, late: bool) -> None:
        """Note that a call was canceled. That speaks against the member only if the call was late."""
        if late:
            self.breaker.failed(began, now)
        else:
            self.breaker.forgot(began)
        self.silence.ended()

    def failed(self, failure: Failure, began: float, now: float, *, late: bool) -> None:
        """Note that a call failed. A deadline that ends it speaks against the member only if the call was late."""
        if failure.rests:
            self.rests = max(self.rests, now + failure.rests)
        if failure.fault != "none" or (late and failure.late):
            self.breaker.failed(began, now, at_once=failure.fault == "gone")
        else:
            self.breaker.forgot(began)
        self.silence.ended()

    def well(self, now: float) -> bool:
        """Whether nothing speaks against asking it."""
        return self.rests <= now and not self.breaker.opened and not self.silence.lasts(now)

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
        hedging: When to hedge. None: never.
        slowest: How long the slowest recent answers took.
        alone: The only member, if there is one and no hedging. While it is untroubled, there is nothing to decide.
    """

    __slots__ = ("_random", "_targets", "alone", "hedging", "members", "slowest")

    def __init__(self, targets: Sequence[Target], hedge: Hedge | None = None, seed: int = 0) -> None:
        self._targets = tuple(targets)
        self.members = [Member(target) for target in targets]
        self.hedging = None if hedge is None else Hedging(hedge)
        self.alone = self.members[0] if len(self.members) == 1 and hedge is None else None
        self.slowest = SlowestAnswers()
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
                member.breaker.failed(now, now)

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
