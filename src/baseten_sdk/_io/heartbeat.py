"""A heartbeat for connections that may have no reader: one thread for all of them, as long as there are any.

Each connection is notified where it lives: in its event loop, or in the heartbeat's thread. A connection that was
garbage collected, or whose loop has ended, is dropped.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from weakref import WeakMethod

from .forks import reset_in_forks
from .wakeup import Schedule, scheduler


class Heartbeat:
    """Calls methods at an interval, in its own thread.

    Args:
        interval: Seconds between two beats.
    """

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self.reset()
        reset_in_forks(self)

    def reset(self) -> None:
        """Begin without connections. Nobody in a forked process uses those of its parent."""
        self._lock = threading.Lock()
        self._pulses: set[Pulse] = set()
        self._stop = threading.Event()

    def add(self, pulse: Pulse) -> None:
        """Call a method with each beat until it is removed."""
        with self._lock:
            self._pulses.add(pulse)
            if len(self._pulses) == 1:
                self._stop = threading.Event()
                threading.Thread(target=self._run, args=(self._stop,), name="baseten-heartbeat", daemon=True).start()

    def remove(self, pulse: Pulse) -> None:
        """Stop calling it. Safe to call twice."""
        with self._lock:
            self._pulses.discard(pulse)
            if not self._pulses:
                self._stop.set()

    def beat(self) -> None:
        """Call all of them."""
        with self._lock:
            pulses = list(self._pulses)
        for pulse in pulses:
            if not pulse.beat():
                self.remove(pulse)

    def _run(self, stop: threading.Event) -> None:
        while not stop.wait(self._interval):
            self.beat()


HEARTBEAT = Heartbeat(5.0)


class Pulse:
    """A method that a heartbeat calls, in the thread of the heartbeat.

    Args:
        method: A bound method. Its object is not kept alive.
    """

    __slots__ = ("_method",)

    def __init__(self, method: Callable[[], None]) -> None:
        self._method = WeakMethod(method)

    def beat(self) -> bool:
        """Call it. Return False once it is no longer needed."""
        method = self._method()
        if method is None:
            return False
        method()
        return True


class AsyncPulse(Pulse):
    """A method that a heartbeat calls, in the event loop that was running when this object was made."""

    __slots__ = ("_schedule",)

    def __init__(self, method: Callable[[], None]) -> None:
        super().__init__(method)
        self._schedule: Schedule = scheduler()

    def beat(self) -> bool:
        with suppress(RuntimeError):
            self._schedule(super().beat)
            return self._method() is not None
        return False
