"""Detects a member that hangs, and moves the calls that wait for it. Pure: it gets a clock.

A member that hangs would fail its calls only when their time is up, which may take many minutes. A request is late if
it has waited longer than the slowest recent answer to a request of its kind, and its member has answered nothing for as
long. A part of its own reply counts as an answer, so a large reply may take its time. One late request may just be a
long answer. But if late requests and failures in a row are together as many as open a breaker, the member hangs. Its
late requests are then given up one by one, as long as a member that is well was not asked yet. Each counts as a
failure, so the breaker opens too.

Each time in a row that the breaker opens, the time that makes a request late doubles. So a member that has only become
slower is found out by its probes.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from math import inf

from .breaker import THRESHOLD
from .members import PoolState

AGAIN = 0.05
"""Seconds until the next look at a late request, at the least."""

UNKNOWN = 1.0
"""Seconds until the next look if no request of its kind was answered yet."""

MOST_DOUBLINGS = 10


class MemberCheck:
    """Looks at one request to a member.

    Args:
        order: The members that the call may ask.
        tried: Those that it has tried. It may grow.
        kind: The kind of the request.
    """

    __slots__ = ("_heard", "_kind", "_late", "_member", "_now", "_number", "_order", "_pool", "_sent", "_tried")

    def __init__(
        self,
        pool: PoolState,
        number: int,
        order: Sequence[int],
        tried: Container[int],
        kind: str,
        now: Callable[[], float],
    ) -> None:
        self._pool = pool
        self._number = number
        self._member = pool.members[number]
        self._order = order
        self._tried = tried
        self._kind = kind
        self._now = now
        self._sent = inf
        self._heard = inf
        self._late = False

    def sent(self) -> float:
        """Note that the request was sent. Return the seconds until the first look."""
        self._sent = self._heard = self._now()
        return max(self._left(self._sent), AGAIN)

    def heard(self) -> float:
        """Note that a part of the reply has arrived. Return the seconds until the next look."""
        self._heard = self._now()
        self._note(late=False)
        return max(self._left(self._heard), AGAIN)

    def look(self) -> float:
        """Return the seconds until the next look. 0.0: the member hangs."""
        left = self._left(self._now())
        self._note(late=left <= 0)
        if left > 0:
            return max(left, AGAIN)
        if self._member.late + self._member.breaker.failures >= THRESHOLD and self._is_another_well():
            return 0.0
        return max(self._usual / 4, AGAIN)

    def answered(self, now: float) -> None:
        """Note that the request was answered. What it had waited for before it was sent does not count."""
        self._note(late=False)
        if self._sent != inf:
            self._pool.slowest.answered(self._kind, now - self._sent)

    def ended(self) -> bool:
        """Note that the request has ended without an answer. Return whether it was late."""
        late = self._left(self._now()) <= 0
        self._note(late=False)
        return late

    @property
    def _usual(self) -> float:
        """The seconds after which a request is late. `inf` if they are unknown."""
        usual = self._pool.slowest.of(self._kind)
        return inf if usual is None else usual * 2 ** min(self._member.breaker.openings, MOST_DOUBLINGS)

    def _left(self, now: float) -> float:
        """Return the seconds until the request is late."""
        if self._sent == inf:
            return inf
        usual = self._usual
        return UNKNOWN if usual == inf else max(self._heard, self._member.silence.heard) + usual - now

    def _note(self, *, late: bool) -> None:
        if late is not self._late:
            self._late = late
            self._member.late += 1 if late else -1

    def _is_another_well(self) -> bool:
        now = self._now()
        return any(
            number != self._number and number not in self._tried and self._pool.members[number].well(now)
            for number in self._order
        )
