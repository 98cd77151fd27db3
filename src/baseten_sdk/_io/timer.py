"""One timer limits an attempt, whatever it is doing: queueing, connecting, writing, waiting, reading.

Theory of operation. Whoever does the work calls `enter(phase)` when a phase begins, and again when it has made
progress: reading a body restarts "idle" once enough bytes have arrived, a stream once an event was decoded. Work that
does not call `enter` extends nothing, so a server gains nothing by dripping bytes. `_core.policy.time_bounds` computes
which end applies.

In the async flavor, the alarm of the event loop interrupts the task, so no read needs a timer of its own. The sync
flavor cannot interrupt a read, so the time that is left (`remaining`) becomes the timeout of each socket operation.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from math import inf
from types import TracebackType

from .._core.policy.phases import Phase, TimeLimits
from .._core.policy.time_bounds import TimeBounds
from .alarm import Alarm, running_alarm


class AsyncTimer(TimeBounds):
    """Limits the body of its `with` block, and raises `Expired` when the time is up."""

    __slots__ = ("_alarm",)

    def __init__(self, limits: TimeLimits, alarm: Alarm | None = None) -> None:
        self._alarm = running_alarm() if alarm is None else alarm
        TimeBounds.__init__(self, limits, self._alarm.now)  # `super()` takes longer.

    @staticmethod
    def factory() -> Callable[[TimeLimits], AsyncTimer]:
        """Return what makes timers in the running event loop. It finds the loop's alarm once."""
        alarm = running_alarm()
        return lambda limits: AsyncTimer(limits, alarm)

    def enter(self, phase: Phase) -> None:
        TimeBounds.enter(self, phase)
        self._alarm.move(self)

    def shorten(self, seconds: float) -> None:
        super().shorten(seconds)
        self._alarm.move(self)

    def release(self) -> None:
        super().release()
        self._alarm.move(self)

    def remaining(self) -> float | None:
        """Return None: the alarm ends async work, so it needs no timeouts of its own."""
        return None

    def __enter__(self) -> AsyncTimer:
        if self.end < inf and self._now() > self.end:
            self._grace_end = -inf  # The caller was late, such as between two chunks of a stream.
        self._alarm.arm(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._alarm.disarm(self, kind, error):
            raise self.reached() from None


class Timer(TimeBounds):
    """Hands out the time that is left, and raises `Expired` if there is none."""

    __slots__ = ()

    def __init__(self, limits: TimeLimits, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(limits, now)

    @staticmethod
    def factory() -> Callable[[TimeLimits], Timer]:
        """Return what makes timers. Threads have no alarm to find, so it is the class itself."""
        return Timer

    def remaining(self) -> float | None:
        """Return how many seconds the next operation may take. None if nothing limits it.

        Raises:
            Expired: There is no time left.
        """
        if self.end == inf:
            return None
        left = self.end - self._now()
        if left <= 0 and (left := self.grace()) <= 0:
            raise self.reached()
        return left

    def until_look(self) -> float | None:
        """Return how many seconds to wait before the next look, or `remaining()` if that is less."""
        left = self.remaining()
        if self.looks == inf:
            return left
        return min(inf if left is None else left, max(self.looks - self._now(), 0.0))

    def __enter__(self) -> Timer:
        if self._now() > self.end:
            self._grace_end = -inf  # The caller was late, such as between two chunks of a stream.
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None
