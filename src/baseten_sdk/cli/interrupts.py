"""A Ctrl-C that comes just before a wait begins.

Python runs the handler of a signal between two of its instructions. A signal that arrives after the last of them, and
before the system has begun to wait, does not end the wait: a Ctrl-C just after a prompt would be noticed with the next
line. A timer therefore interrupts the wait now and then, and Python looks for signals each time.
"""

from __future__ import annotations

import signal
from collections.abc import Generator
from contextlib import contextmanager

INTERVAL = 0.2
"""Seconds after which a signal is noticed at the latest."""


@contextmanager
def noticing_signals() -> Generator[None]:
    """Wait for input, a process or a lock within, and no signal is missed. For the main thread."""
    if not hasattr(signal, "setitimer"):  # Windows, where Python waits for Ctrl-C and the input together
        yield
        return
    handler = signal.signal(signal.SIGALRM, lambda number, frame: None)
    timer = signal.setitimer(signal.ITIMER_REAL, INTERVAL, INTERVAL)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, handler)
