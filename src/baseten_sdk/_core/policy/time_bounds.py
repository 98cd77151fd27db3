"""Computes when an attempt must have finished its current step. It never waits, and the caller passes the clock.

The phase, the attempt and the call each have an end. The earliest one applies.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from ..request.hang_check import HangCheck
from .phases import Bound, Expired, Expiry, Phase, TimeLimits

SLACK = 0.005
"""Seconds by which a library's timer may fire before this one."""

LATE = 0.5
"""If an end is noticed this many seconds late, the process itself must have stood still: it was stopped, or the machine
was suspended.
"""

GRACE = 0.1
"""Seconds to read what arrived while the process stood still. It counts, because the server was in time.

One turn of an event loop is not enough: the wait that the stop interrupted reports no socket at all, and a task runs
only in the turn after that of its socket.
"""

READING: tuple[Phase, ...] = ("first_byte", "idle")
"""The phases in which only a reply is still to come."""


class TimeBounds:
    """The ends of one attempt.

    Args:
        limits: How long everything may take.

    Attributes:
        end: When it must be over.
        sent_at: When the request was sent, on the steady clock. `-inf` before that.
        through: The proxy in between, for errors. "" if there is none.
        check: What may end the wait for the reply because the server hangs.
        looks: When to look at it next. `inf`: never.
    """

    __slots__ = (
        "_attempt_end",
        "_bound",
        "_call_end",
        "_grace_end",
        "_hangs",
        "_now",
        "_waits_since",
        "check",
        "end",
        "limits",
        "looks",
        "phase",
        "sent_at",
        "through",
    )

    def __init__(self, limits: TimeLimits, now: Callable[[], float]) -> None:
        self.limits = limits
        self._now = now
        self._attempt_end = inf
        self.sent_at = -inf
        self._call_end = inf if limits.remaining == inf else now() + limits.remaining
        self.end = self._call_end
        self._bound: Bound = "call"
        self.phase: Phase = "queue"
        self.through = ""
        self.check: HangCheck | None = None
        self.looks = inf
        self._waits_since = inf
        self._grace_end = 0.0
        self._hangs: Expired | None = None

    def enter(self, phase: Phase) -> None:
        """Begin a phase, or restart its limit."""
        self.phase = phase
        end = self._now() + self.limits.of(phase)
        if self._call_end <= end and self._call_end <= self._attempt_end and self._call_end != inf:
            self.end, self._bound = self._call_end, "call"
        elif self._attempt_end <= end and self._attempt_end != inf:
            self.end, self._bound = self._attempt_end, "attempt"
        else:
            self.end, self._bound = end, "phase"
            self._grace_end = 0.0
        if self.check is not None and (phase == "first_byte" or self.looks != inf):
            self._waits_since = self._now()
            self.looks = self._waits_since + (self.check.sent() if phase == "first_byte" else self.check.heard())

    def look(self) -> None:
        """Check whether the server hangs, if it is time to look.

        Raises:
            Expired: It hangs.
        """
        now = self._now()
        if self.check is None or now < self.looks:
            return
        seconds = self.check.look()
        if not seconds:
            raise Expired(Expiry(self.phase, "member", now - self._waits_since, self.through))
        self.looks = now + seconds
        if now < self.end:
            self._grace_end = 0.0

    def look_again(self, now: float) -> float:
        """Check whether the time is up, or the server hangs. Return when to check again; not later than now if so."""
        end = min(self.end, self.looks)
        if now < end:
            return end
        left = self.grace()
        if left > 0:
            return now + left
        try:
            self.look()
        except Expired as hangs:
            self._hangs = hangs
            return now
        return min(self.end, self.looks)

    def begin(self) -> None:
        """Start the attempt. From now on, its own limit applies too."""
        if self.limits.timeout.attempt is not None and self._attempt_end == inf:
            self._attempt_end = self._now() + self.limits.timeout.attempt

    def shorten(self, seconds: float) -> None:
        """Limit the rest of the attempt to this many seconds, whatever its phases."""
        self._attempt_end = min(self._attempt_end, self._now() + seconds)
        self.end = min(self.end, self._attempt_end)

    def release_attempt(self) -> None:
        """Drop the attempt's own limit, because it was met. Phases and the call's deadline still apply."""
        self._attempt_end = inf

    def release(self) -> None:
        """Drop all limits, because they were met. Something else limits what is left to do."""
        self.end = inf

    def left(self) -> float:
        """Return the seconds left of the call's deadline, or `inf` without one."""
        return self._call_end - self._now()

    def spare(self) -> float:
        """Return the seconds left of the call's deadline or of the attempt, whichever is less."""
        return min(self._call_end, self._attempt_end) - self._now()

    def grace(self) -> float:
        """Return the seconds left to read what arrived while the process stood still. 0 or less: none.

        A call whose time is up sends nothing more.
        """
        now = self._now()
        if self.phase not in READING and min(self._call_end, self._attempt_end) <= now:
            return 0.0
        if not self._grace_end and now > min(self.end, self.looks) + LATE:
            self._grace_end = now + GRACE
        return self._grace_end - now

    def reached(self) -> Expired:
        """Return what to raise when the end has come."""
        return self._hangs or Expired(self.limits.expiry(self.phase, self._bound, self.through))

    def expired(self, phase: Phase) -> Expired:
        """Return what to raise when a library's own timer ended a phase: the limit that was closest."""
        now = self._now() + SLACK
        bound: Bound = "call" if now >= self._call_end else "attempt" if now >= self._attempt_end else "phase"
        return Expired(self.limits.expiry(phase, bound, self.through))
