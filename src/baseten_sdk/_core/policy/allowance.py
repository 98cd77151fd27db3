"""One limit a minute: what of it is spent, held and free. It holds for any 60 seconds, and is used to the full.

Theory of operation. A plain token bucket can allow twice the limit in its first minute. So each `Allowance` tracks two
things. The log holds what was spent in the last minute, and what calls in flight hold. Nothing begins that would bring
their sum above the limit. The pace is a bucket of a sixth of the limit that refills at the limit's rate. It allows a
burst, and spreads all other calls over the minute.

Times are passed in. This module never waits, and must not know who does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from typing import Self

from ..._repr import safe_repr

MINUTE = 60.0

SLACK = 1.0
"""Seconds by which two requests may arrive closer together than they were sent."""

BURST = 1 / 6
"""The share of a limit that may begin at once."""

ALWAYS = 10.0
"""The least amount that may begin at once, so that a low limit does not delay the second call of a minute."""

GRAIN = 1 / 600
"""Log entries within this share of a minute are merged, so the log has a few hundred entries at most."""

TINY = 1e-9
"""The rounding error to allow in sums, as a share of the limit."""


class Allowance:
    """Limit the requests, or the tokens, of any minute.

    Args:
        limit: The most in any minute.
        minute: The length of a minute in seconds. Tests use shorter ones.
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
        """Cap an amount at the limit. A larger call goes when the log is empty."""
        return min(amount, self.limit)

    def opens(self, amount: float, now: float) -> float:
        """Return the moment at which an amount may begin. `inf`: not before a call in flight has ended."""
        amount = self.fitted(amount)
        self._advance(now)
        return max(self._paced(min(amount, self._burst), now), self._fits(amount, now))

    def soonest(self, amount: float, now: float) -> float:
        """Return a lower bound for the moment at which an amount, in any number of calls, has begun.

        It can come sooner only if calls give back a part of their estimates.
        """
        self._advance(now)
        return self._paced(amount, now)

    def hold(self, amount: float, now: float) -> None:
        """Hold an amount, because a call begins."""
        amount = self.fitted(amount)
        self._advance(now)
        # No call from here on, so an interrupt finds all of it or nothing.
        self._held += amount
        self._level -= amount

    def settle(self, held: float, used: float, now: float) -> None:
        """Replace a held amount by the real use, because the call has ended."""
        self.replace(self.fitted(held), ((0.0, used),), now)

    def replace(self, held: float, spent: Iterable[tuple[float, float]], now: float) -> None:
        """Replace a held amount by what was spent.

        Args:
            spent: How many seconds ago something was spent, and how much.
        """
        self._advance(now)
        level = self._level + held
        for age, used in spent:
            if used > 0:
                level -= used
                self._spend(used, now - age)
        level = max(min(level, self._burst), self._burst - self.limit)
        left = max(self._held - held, 0.0)
        # No call from here on, as in `hold`.
        self._held = left
        self._level = level

    def available(self, now: float) -> float:
        """Return how much may begin at once, in any number of calls."""
        self._advance(now)
        return min(self._level, self.limit - self._held - self._spent) + self.limit * TINY

    def restrict(self, limit: float) -> None:
        """Change the limit."""
        self.limit = limit
        self._level = min(self._level, self._burst)

    def drain(self, now: float) -> None:
        """End the burst after a refusal: what begins next begins at the pace."""
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
        log = self._log
        at = len(log)
        while at and log[at - 1].began > now:  # what is reported late
            at -= 1
        last = log[at - 1] if at else None
        if last is not None and now - last.began < GRAIN * self._minute:
            last.amount += used
            last.ends = max(last.ends, ends)
        else:
            log.insert(at, _Entry(now, ends, used))
        self._spent += used

    def release(self) -> None:
        """Give back all that calls in flight hold."""
        self._level = min(self._level + self._held, self._burst)
        self._held = 0.0

    def record(self) -> AllowanceRecord:
        """Return the allowance as plain data, without what is held."""
        log = [(round(each.began, 3), round(each.ends, 3), each.amount) for each in self._log]
        return AllowanceRecord(self.limit, self._level, self._at, log)

    @classmethod
    def restore(cls, record: AllowanceRecord, held: float, *, later: float = 0.0) -> Self:
        """Make an allowance from a record.

        Args:
            held: What calls in flight hold.
            later: Seconds to add to its times, because the clock was set back.
        """
        allowance = cls(record.limit)
        allowance._level = record.level
        allowance._at = record.at + later
        allowance._held = held
        for began, ends, amount in record.log:
            allowance._log.append(_Entry(began + later, ends + later, amount))
            allowance._spent += amount
        return allowance

    @safe_repr
    def __repr__(self) -> str:
        return f"<{self._spent + self._held:g} of {self.limit:g} a minute>"


@dataclass(frozen=True, slots=True)
class AllowanceRecord:
    """An allowance as plain data.

    Attributes:
        limit: The most in any minute.
        level: The level of the bucket.
        at: When it had that level.
        log: When something was first spent, when all of it is more than a minute ago, and how much it is.
    """

    limit: float
    level: float
    at: float
    log: list[tuple[float, float, float]]


@dataclass(slots=True)
class _Entry:
    """What was spent from a moment on, and when all of it is more than a minute ago."""

    began: float
    ends: float
    amount: float
