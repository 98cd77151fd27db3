"""One timer bounds an attempt, whatever it is doing: queueing, connecting, writing, waiting, reading.

Theory of operation. Whoever does the work says `enter(phase)` when a phase begins, and again when a phase has made
progress that counts: reading a body re-arms "idle" once enough bytes have come, a stream once an event was decoded.
What does not call `enter` does not extend anything, so a server that drips bytes gains nothing. The end that holds is
the nearest of the phase's, the attempt's and the call's.

The async flavour has an alarm whose end moves: no timer of its own for each read. The sync flavour cannot interrupt a
read, so it hands out what is left (`remaining`) as the timeout of each socket operation.
"""

from __future__ import annotations

import time
from math import inf
from types import TracebackType

from .._core.policy.phases import Bound, Expired, Phase, TimeLimits
from .alarm import alarm

SLACK = 0.005
"""Seconds by which a library's timer may fire before ours."""


class AsyncTimer:
    """Bounds the body of its `with` block, and raises `Expired` where the time was up."""

    __slots__ = ("_alarm", "_attempt_end", "_bound", "_call_end", "_end", "_lasting", "limits", "phase")

    def __init__(self, limits: TimeLimits) -> None:
        self.limits = limits
        self._alarm = alarm()
        self._attempt_end = inf
        self._call_end = inf if limits.remaining == inf else self._alarm.now() + limits.remaining
        self._end = self._call_end
        self._bound: Bound = "call"
        self._lasting = False
        self.phase: Phase = "queue"
        self._alarm.move(self._end)

    def enter(self, phase: Phase) -> None:
        """Begin a phase, or its limit anew."""
        self.phase = phase
        end = self._alarm.now() + self.limits.of(phase)
        self._end, self._bound = _nearest(end, self._attempt_end, self._call_end)
        self._alarm.move(self._end)

    def begin(self) -> None:
        """The attempt starts: from here on its own limit holds too."""
        if self.limits.timeout.attempt is not None:
            self._attempt_end = self._alarm.now() + self.limits.timeout.attempt

    def expired(self, phase: Phase) -> Expired:
        """What to raise where a library's own timer ended a phase: the limit that was the nearest."""
        now = self._alarm.now() + SLACK
        bound: Bound = "call" if now >= self._call_end else "attempt" if now >= self._attempt_end else "phase"
        return Expired(self.limits.expiry(phase, bound))

    def shorten(self, seconds: float) -> None:
        """What is left of the attempt must be done within so many seconds, whatever phases it has."""
        self._attempt_end = min(self._attempt_end, self._alarm.now() + seconds)
        self._end = min(self._end, self._attempt_end)
        self._alarm.move(self._end)

    def release_attempt(self) -> None:
        """The attempt's own limit was met; only phases and the call's deadline bound what follows."""
        self._attempt_end = inf

    def left(self) -> float:
        """Seconds that are left of the call's deadline; `inf` where it has none."""
        return self._call_end - self._alarm.now()

    def release(self) -> None:
        """Everything was met: what is left to do is bounded by something else."""
        self._alarm.move(inf)

    def last(self) -> None:
        """It will be entered again and again, until it is closed."""
        self._lasting = True

    def close(self) -> None:
        """It will not be entered again."""
        self._alarm.close()

    def remaining(self) -> float | None:
        """Async work needs no timeouts of its own: the alarm ends it."""
        return None

    def __enter__(self) -> AsyncTimer:
        self._alarm.arm()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._alarm.disarm(kind, error, keep=self._lasting):
            raise Expired(self.limits.expiry(self.phase, self._bound)) from None


class Timer:
    """Hands out the time that is left, and raises `Expired` where there is none."""

    __slots__ = ("_attempt_end", "_bound", "_call_end", "_end", "limits", "phase")

    def __init__(self, limits: TimeLimits) -> None:
        self.limits = limits
        self._attempt_end = inf
        self._call_end = inf if limits.remaining == inf else time.monotonic() + limits.remaining
        self._end = self._call_end
        self._bound: Bound = "call"
        self.phase: Phase = "queue"

    def enter(self, phase: Phase) -> None:
        """Begin a phase, or its limit anew."""
        now = time.monotonic()
        self.phase = phase
        self._end, self._bound = _nearest(now + self.limits.of(phase), self._attempt_end, self._call_end)

    def begin(self) -> None:
        """The attempt starts: from here on its own limit holds too."""
        if self.limits.timeout.attempt is not None:
            self._attempt_end = time.monotonic() + self.limits.timeout.attempt

    def expired(self, phase: Phase) -> Expired:
        """What to raise where a library's own timer ended a phase: the limit that was the nearest."""
        now = time.monotonic() + SLACK
        bound: Bound = "call" if now >= self._call_end else "attempt" if now >= self._attempt_end else "phase"
        return Expired(self.limits.expiry(phase, bound))

    def shorten(self, seconds: float) -> None:
        """What is left of the attempt must be done within so many seconds, whatever phases it has."""
        self._attempt_end = min(self._attempt_end, time.monotonic() + seconds)
        self._end = min(self._end, self._attempt_end)

    def release_attempt(self) -> None:
        """The attempt's own limit was met; only phases and the call's deadline bound what follows."""
        self._attempt_end = inf

    def left(self) -> float:
        """Seconds that are left of the call's deadline; `inf` where it has none."""
        return self._call_end - time.monotonic()

    def release(self) -> None:
        """Everything was met: what is left to do is bounded by something else."""
        self._end = inf

    def last(self) -> None:
        """It will be entered again and again, until it is closed."""

    def close(self) -> None:
        """It will not be entered again."""

    def remaining(self) -> float | None:
        """Seconds that the next operation may take; None where nothing bounds it.

        Raises:
            Expired: there are none left.
        """
        if self._end == inf:
            return None
        left = self._end - time.monotonic()
        if left <= 0:
            raise Expired(self.limits.expiry(self.phase, self._bound))
        return left

    def __enter__(self) -> Timer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


def _nearest(phase_end: float, attempt_end: float, call_end: float) -> tuple[float, Bound]:
    if call_end <= phase_end and call_end <= attempt_end and call_end != inf:
        return call_end, "call"
    if attempt_end <= phase_end and attempt_end != inf:
        return attempt_end, "attempt"
    return phase_end, "phase"
