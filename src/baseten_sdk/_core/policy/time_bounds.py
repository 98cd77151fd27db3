"""When an attempt must be through with what it is doing. It waits for nothing, and asks a clock that is passed in.

The end that holds is the nearest of the phase's, the attempt's and the call's.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from .phases import Bound, Expired, Phase, TimeLimits

SLACK = 0.005
"""Seconds by which a library's timer may fire before ours."""


class TimeBounds:
    """The ends of one attempt.

    Args:
        limits: how long everything may take.
        now: the clock.

    Attributes:
        phase: what is being done.
        end: when it must be done.
        sent_at: when the request was sent, on the steady clock; `-inf` before.
        through: the proxy that stands between, for errors; "" where none does.
    """

    __slots__ = ("_attempt_end", "_bound", "_call_end", "_now", "end", "limits", "phase", "sent_at", "through")

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

    def enter(self, phase: Phase) -> None:
        """Begin a phase, or its limit anew."""
        self.phase = phase
        end = self._now() + self.limits.of(phase)
        if self._call_end <= end and self._call_end <= self._attempt_end and self._call_end != inf:
            self.end, self._bound = self._call_end, "call"
        elif self._attempt_end <= end and self._attempt_end != inf:
            self.end, self._bound = self._attempt_end, "attempt"
        else:
            self.end, self._bound = end, "phase"

    def begin(self) -> None:
        """The attempt starts: from here on its own limit holds too."""
        if self.limits.timeout.attempt is not None and self._attempt_end == inf:
            self._attempt_end = self._now() + self.limits.timeout.attempt

    def shorten(self, seconds: float) -> None:
        """What is left of the attempt must be done within so many seconds, whatever phases it has."""
        self._attempt_end = min(self._attempt_end, self._now() + seconds)
        self.end = min(self.end, self._attempt_end)

    def release_attempt(self) -> None:
        """The attempt's own limit was met; only phases and the call's deadline bound what follows."""
        self._attempt_end = inf

    def release(self) -> None:
        """Everything was met: what is left to do is bounded by something else."""
        self.end = inf

    def left(self) -> float:
        """Seconds that are left of the call's deadline; `inf` where it has none."""
        return self._call_end - self._now()

    def spare(self) -> float:
        """Seconds that are left of the call's deadline and of the attempt, whichever is less."""
        return min(self._call_end, self._attempt_end) - self._now()

    def reached(self) -> Expired:
        """What to raise where the end has come."""
        return Expired(self.limits.expiry(self.phase, self._bound, self.through))

    def expired(self, phase: Phase) -> Expired:
        """What to raise where a library's own timer ended a phase: the limit that was the nearest."""
        now = self._now() + SLACK
        bound: Bound = "call" if now >= self._call_end else "attempt" if now >= self._attempt_end else "phase"
        return Expired(self.limits.expiry(phase, bound, self.through))
