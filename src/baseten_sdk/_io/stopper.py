"""Stops a call in another thread by closing the connection that it waits for.

Only threads need this, because tasks can be canceled. A transport reports the connection of a call with `holding`. If
the transport cannot close a connection from outside, the call runs to its end, and its result is discarded.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")

_current: ContextVar[Stopper | None] = ContextVar("baseten_sdk_stopper", default=None)


class Stopped(BaseException):
    """A call was stopped between two attempts. Only the code that stopped it sees this."""


class Stopper:
    """Stops the calls made inside `run`.

    Attributes:
        stopped: Whether `stop` was called.
    """

    __slots__ = ("_close", "_lock", "stopped")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._close: Callable[[], object] | None = None
        self.stopped = False

    def run(self, function: Callable[[], T]) -> T:
        """Run a function that may be stopped."""
        token = _current.set(self)
        try:
            return function()
        finally:
            _current.reset(token)
            with self._lock:
                self._close = None

    def hold(self, close: Callable[[], object]) -> None:
        """Register a connection that a call waits for. `close` wakes that call."""
        with self._lock:
            self._close = close
            stopped = self.stopped
        if stopped:
            close()

    def stop(self) -> None:
        """Close the connection that a call waits for, and all later ones."""
        with self._lock:
            self.stopped = True
            close, self._close = self._close, None
        if close is not None:
            close()


def check_stopped() -> None:
    """Do not continue a call that was stopped. Its failure is no fact about the service.

    Raises:
        Stopped: It was stopped.
    """
    stopper = _current.get()
    if stopper is not None and stopper.stopped:
        raise Stopped


def holding(close: Callable[[], object]) -> None:
    """Report the connection of a call to the stopper, if there is one."""
    stopper = _current.get()
    if stopper is not None:
        stopper.hold(close)
