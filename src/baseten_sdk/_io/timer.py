"""One timer bounds an attempt, whatever it is doing: queueing, connecting, writing, waiting, reading.

Theory of operation. Whoever does the work says `enter(phase)` when a phase begins, and again when a phase has made
progress that counts: reading a body re-arms "idle" once enough bytes have come, a stream once an event was decoded.
What does not call `enter` does not extend anything, so a server that drips bytes gains nothing. Which end holds is
worked out in `_core.policy.time_bounds`.

The async flavor has an alarm whose end moves: no timer of its own for each read. The sync flavor cannot interrupt a
read, so it hands out what is left (`remaining`) as the timeout of each socket operation.
"""

from __future__ import annotations

import time
from math import inf
from types import TracebackType

from .._core.policy.phases import Phase, TimeLimits
from .._core.policy.time_bounds import TimeBounds
from .alarm import alarm


class AsyncTimer(TimeBounds):
    """Bounds the body of its `with` block, and raises `Expired` where the time was up."""

    __slots__ = ("_alarm", "_lasting")

    def __init__(self, limits: TimeLimits) -> None:
        self._alarm = alarm()
        super().__init__(limits, self._alarm.now)
        self._lasting = False
        if self.end != inf:
            self._alarm.move(self.end)

    def enter(self, phase: Phase) -> None:
        super().enter(phase)
        self._alarm.move(self.end)

    def shorten(self, seconds: float) -> None:
        super().shorten(seconds)
        self._alarm.move(self.end)

    def release(self) -> None:
        super().release()
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
            raise self.reached() from None


class Timer(TimeBounds):
    """Hands out the time that is left, and raises `Expired` where there is none."""

    __slots__ = ()

    def __init__(self, limits: TimeLimits) -> None:
        super().__init__(limits, time.monotonic)

    def last(self) -> None:
        """It will be entered again and again, until it is closed."""

    def close(self) -> None:
        """It will not be entered again."""

    def remaining(self) -> float | None:
        """Seconds that the next operation may take; None where nothing bounds it.

        Raises:
            Expired: there are none left.
        """
        if self.end == inf:
            return None
        left = self.end - self._now()
        if left <= 0:
            raise self.reached()
        return left

    def __enter__(self) -> Timer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None
