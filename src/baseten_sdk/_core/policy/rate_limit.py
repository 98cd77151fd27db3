"""So many requests and tokens a minute, in every minute, and used to the full.

Theory of operation. A bucket that starts full and refills lets twice its size through in its first minute. So each
`Allowance` keeps two books. The log says what was spent in the last minute and what is still held by calls that have
not ended; nothing begins that would bring their sum above the limit, whichever minute one looks at. The pace is a
bucket of a sixth of the limit that refills at the limit's rate: it spreads calls over the minute, but for a burst.

A call holds an estimate from before it is sent. A request is spent when it is sent. Tokens are spent when the call
ends, at what it really used: they count from before the service can have counted them until a minute after the end.

Times are passed in; it waits for nothing and must not know who does.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import inf

from ..._repr import safe_repr

MINUTE = 60.0

SLACK = 1.0
"""Seconds by which two requests may be closer together when they arrive than when they were sent."""

BURST = 1 / 6
"""The part of a limit that may begin at once."""

ALWAYS = 10.0
"""As much may begin at once, however low the limit: nobody waits for the second call of a minute."""

GRAIN = 1 / 600
"""Entries of the log within this part of a minute are one entry: the log has some hundred entries at most."""

TINY = 1e-9
"""What sums of fractions may be off by, as a part of the limit."""


class Allowance:
    """At most so much in any minute, of requests or of tokens.

    Args:
        limit: how much.
        minute: how long a minute is; tests have shorter ones.
    """

    __slots__ = ("_at", "_held", "_level", "_log", "_minute", "_spent", "limit")

    def __init__(self, limit: float, minute: float = MINUTE) -> None:
        self.limit = float(limit)
        self._minute = minute
        self._held = 0.0
        self._spent = 0.0
        self._log: deque[_Entry] = deque()
        self._level = self._burst
        self._at = -inf

    @property
    def _burst(self) -> float:
        return max(self.limit * BURST, min(ALWAYS, self.limit))

    def fitted(self, amount: float) -> float:
        """An amount, or the limit where it is larger: what is larger than a minute goes when all else has gone."""
        return min(amount, self.limit)

    def opens(self, amount: float, now: float) -> float:
        """The moment at which so much may begin; `inf`: not before something that has begun has ended."""
        amount = self.fitted(amount)
        self._advance(now)
        return max(self._paced(min(amount, self._burst), now), self._fits(amount, now))

    def soonest(self, amount: float, now: float) -> float:
        """A moment before which so much, in any number of calls, cannot have begun unless some is given back."""
        self._advance(now)
        return self._paced(amount, now)

    def hold(self, amount: float, now: float) -> None:
        """Something begins."""
        amount = self.fitted(amount)
        self._advance(now)
        self._held += amount
        self._level -= amount

    def settle(self, held: float, used: float, now: float) -> None:
        """What was held has ended, and so much was used."""
        held = self.fitted(held)
        self._advance(now)
        self._held = max(self._held - held, 0.0)
        self._level = max(min(self._level + held - used, self._burst), self._burst - self.limit)
        if used > 0:
            self._spend(used, now)

    def restrict(self, limit: float) -> None:
        """The limit is lower than was thought."""
        self.limit = limit
        self._level = min(self._level, self._burst)

    def drain(self, now: float) -> None:
        """The service has refused: what begins next begins at the pace, not as a burst."""
        self._advance(now)
        self._level = min(self._level, 0.0)

    def _advance(self, now: float) -> None:
        if self._at < now:
            if self._at > -inf:
                self._level = min(self._burst, self._level + (now - self._at) * self.limit / self._minute)
            self._at = now
        log = self._log
        while log and log[0].ends <= now:
            self._spent -= log.popleft().amount
        if not log:
            self._spent = 0.0

    def _paced(self, amount: float, now: float) -> float:
        lacking = amount - self._level
        return now if lacking <= self.limit * TINY else now + lacking * self._minute / self.limit

    def _fits(self, amount: float, now: float) -> float:
        over = self._held + self._spent + amount - self.limit
        if over <= self.limit * TINY:
            return now
        for entry in self._log:
            over -= entry.amount
            if over <= self.limit * TINY:
                return entry.ends
        return inf

    def _spend(self, used: float, now: float) -> None:
        ends = now + self._minute + SLACK * self._minute / MINUTE
        last = self._log[-1] if self._log else None
        if last is not None and now - last.began < GRAIN * self._minute:
            last.amount += used
            last.ends = ends
        else:
            self._log.append(_Entry(now, ends, used))
        self._spent += used

    @safe_repr
    def __repr__(self) -> str:
        return f"<{self._spent + self._held:g} of {self.limit:g} a minute>"


@dataclass(slots=True)
class _Entry:
    """What was spent from a moment on, and when all of it is more than a minute ago."""

    began: float
    ends: float
    amount: float


@dataclass(slots=True)
class Reservation:
    """What one attempt holds.

    Attributes:
        tokens: what it is expected to use; 0 where tokens are not counted.
        sent: whether the request was spent.
    """

    tokens: float
    sent: bool = False


class RateLimit:
    """The limits of a client.

    Args:
        requests: requests a minute; None for any number.
        tokens: tokens a minute; None for any number.
        minute: how long a minute is.
    """

    __slots__ = ("requests", "tokens")

    def __init__(self, requests: float | None, tokens: float | None, minute: float = MINUTE) -> None:
        self.requests = None if requests is None else Allowance(requests, minute)
        self.tokens = None if tokens is None else Allowance(tokens, minute)

    def opens(self, tokens: float, now: float) -> float:
        """The moment at which a request that may use so many tokens can be sent; `inf`: nobody can say yet."""
        opens = now
        if self.requests is not None:
            opens = self.requests.opens(1.0, now)
        if self.tokens is not None and tokens:
            opens = max(opens, self.tokens.opens(tokens, now))
        return opens

    def soonest(self, ahead: int, now: float) -> float:
        """A moment before which the turn of a call with so many others before it cannot come."""
        return now if self.requests is None else self.requests.soonest(ahead + 1.0, now)

    def hold(self, tokens: float, now: float) -> Reservation:
        """Take what an attempt needs."""
        if self.requests is not None:
            self.requests.hold(1.0, now)
        if self.tokens is None:
            tokens = 0.0
        elif tokens:
            self.tokens.hold(tokens, now)
        return Reservation(tokens)

    def sent(self, reservation: Reservation, now: float) -> None:
        """The request goes out."""
        reservation.sent = True
        if self.requests is not None:
            self.requests.settle(1.0, 1.0, now)

    def settle(self, reservation: Reservation, used: float, now: float) -> None:
        """The attempt has ended, and has used so many tokens."""
        if not reservation.sent and self.requests is not None:
            self.requests.settle(1.0, 0.0, now)
        if self.tokens is not None and reservation.tokens:
            self.tokens.settle(reservation.tokens, used, now)

    def restrict(self, requests: float | None, tokens: float | None) -> None:
        """The service has told of limits; the lower ones hold."""
        if self.requests is not None and requests is not None and 1 <= requests < self.requests.limit:
            self.requests.restrict(requests)
        if self.tokens is not None and tokens is not None and 1 <= tokens < self.tokens.limit:
            self.tokens.restrict(tokens)

    def drain(self, now: float) -> None:
        """The service has refused a request."""
        for allowance in (self.requests, self.tokens):
            if allowance is not None:
                allowance.drain(now)
