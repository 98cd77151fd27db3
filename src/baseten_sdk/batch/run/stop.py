"""The end of a run before its source is used up: asked for once, first come, first served.

It owns whether and why a run is to end. It must not know what runs.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

import anyio

from ...errors import BatchStopped


class Stop:
    """A switch that everything in a run looks at.

    `request` lets what is in flight finish, within `grace` seconds; `at_once` does not.

    Attributes:
        error: why the run is to end; None while it goes on.
    """

    def __init__(self) -> None:
        self.error: BatchStopped | None = None
        self._event = anyio.Event()
        self._told: list[Callable[[], None]] = []
        self._scope: anyio.CancelScope | None = None
        self._hurry = False

    @property
    def requested(self) -> bool:
        """Whether no further row is to be taken up."""
        return self.error is not None

    def request(self, error: BatchStopped, *, grace: float = inf) -> None:
        """Take up no further row; what is in flight may go on for `grace` seconds. Only the first reason counts."""
        if self.error is not None:
            return
        self.error = error
        self._event.set()
        for tell in self._told:
            tell()
        if grace < inf and self._scope is not None:
            self._scope.deadline = anyio.current_time() + grace

    def at_once(self, error: BatchStopped) -> None:
        """Cancel what is in flight."""
        self.request(error)
        self._hurry = True
        if self._scope is not None:
            self._scope.cancel()

    def bounds(self, scope: anyio.CancelScope, tell: Callable[[], None]) -> None:
        """Let `scope` be what is cancelled, and call `tell` when the stop is requested."""
        self._scope = scope
        self._told.append(tell)
        if self.requested:
            tell()
        if self._hurry:
            scope.cancel()

    async def sleep(self, seconds: float) -> bool:
        """Sleep, but no longer than until the stop. Whether the whole time was slept."""
        with anyio.move_on_after(seconds):
            await self._event.wait()
        return not self.requested
