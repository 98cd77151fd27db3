"""The early end of a run: the first request counts.

It owns whether and why a run must end. It must not know what runs.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

import anyio

from ...errors import BatchStopped


class Stop:
    """A switch that every part of a run checks.

    `request` lets rows in flight finish within `grace` seconds; `at_once` does not.

    Attributes:
        error: Why the run must end. None while it continues.
    """

    def __init__(self) -> None:
        self.error: BatchStopped | None = None
        self._event = anyio.Event()
        self._callbacks: list[Callable[[], None]] = []
        self._scope: anyio.CancelScope | None = None
        self._hurry = False

    @property
    def requested(self) -> bool:
        """Whether no further row may start."""
        return self.error is not None

    def request(self, error: BatchStopped, *, grace: float = inf) -> None:
        """Start no further row. Rows in flight have `grace` seconds to finish. Only the first reason counts."""
        if self.error is not None:
            return
        self.error = error
        self._event.set()
        for callback in self._callbacks:
            callback()
        if grace < inf and self._scope is not None:
            self._scope.deadline = anyio.current_time() + grace

    def at_once(self, error: BatchStopped) -> None:
        """Cancel the rows in flight."""
        self.request(error)
        self._hurry = True
        if self._scope is not None:
            self._scope.cancel()

    def bounds(self, scope: anyio.CancelScope, callback: Callable[[], None]) -> None:
        """Set the scope to cancel, and call `callback` when the stop is requested."""
        self._scope = scope
        self._callbacks.append(callback)
        if self.requested:
            callback()
        if self._hurry:
            scope.cancel()

    async def sleep(self, seconds: float) -> bool:
        """Sleep until the time is over or the stop is requested. Return whether the stop was not requested."""
        with anyio.move_on_after(seconds):
            await self._event.wait()
        return not self.requested
