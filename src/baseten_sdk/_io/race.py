"""Races a second attempt against a slow first one. The first to succeed wins, and the other is stopped.

An attempt that fails returns None and keeps its error to itself. An exception ends the race.
"""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

import anyio

from .stopper import Stopper

T = TypeVar("T")

AGAIN = 0.05
"""Seconds after which to ask again for a second attempt, at the least. Meanwhile, the budget for hedges refills."""


class AsyncRace(Generic[T]):
    """Two attempts as tasks. The loser is canceled.

    Args:
        discard: Called with the result of an attempt that came too late.
    """

    def __init__(self, discard: Callable[[T], Awaitable[object]]) -> None:
        self._discard = discard
        self._result: T | None = None
        self._raised: BaseException | None = None
        self._running = 0

    async def run(
        self,
        first: Callable[[], Awaitable[T | None]],
        after: float,
        second: Callable[[], Callable[[], Awaitable[T | None]] | None],
    ) -> T | None:
        """Return the result of the first success, or None if all attempts have failed.

        Args:
            first: The first attempt.
            after: Seconds until the second one.
            second: Called for the second attempt when its time has come. If it returns None, it is called again later.
        """
        try:
            async with anyio.create_task_group() as group:

                async def attempt(make: Callable[[], Awaitable[T | None]]) -> None:
                    self._running += 1
                    try:
                        value = await make()
                        if value is not None and self._result is not None:
                            with anyio.CancelScope(shield=True):
                                await self._discard(value)
                        elif value is not None:
                            self._result = value
                    except Exception as error:
                        self._raised = self._raised or error
                    finally:
                        self._running -= 1
                        if self._result is not None or self._raised is not None or not self._running:
                            group.cancel_scope.cancel()

                async def later() -> None:
                    wait = after
                    while True:
                        await anyio.sleep(wait)
                        if (make := second()) is not None:
                            return await attempt(make)
                        wait = max(after, AGAIN)

                group.start_soon(attempt, first)
                group.start_soon(later)
        except BaseException:
            # The caller was canceled just as an attempt succeeded.
            if self._result is not None:
                with anyio.CancelScope(shield=True):
                    await self._discard(self._result)
            raise
        if self._raised is not None and self._result is None:
            raise self._raised
        return self._result


class Race(Generic[T]):
    """Two attempts in threads. The connection of the loser is closed."""

    def __init__(self, discard: Callable[[T], object]) -> None:
        self._discard = discard
        self._lock = threading.Lock()
        self._over = False

    def run(
        self, first: Callable[[], T | None], after: float, second: Callable[[], Callable[[], T | None] | None]
    ) -> T | None:
        """Return the result of the first success, or None if all attempts have failed."""
        ended: SimpleQueue[tuple[T | None, BaseException | None]] = SimpleQueue()
        stoppers = [self._start(first, ended)]
        try:
            wait = after
            while True:
                try:
                    result, raised = ended.get(timeout=wait)
                    break
                except Empty:
                    wait = max(after, AGAIN)
                if (make := second()) is not None:
                    stoppers.append(self._start(make, ended))
                    result, raised = ended.get()
                    if result is None and raised is None:
                        result, raised = ended.get()
                    break
        finally:
            with self._lock:
                self._over = True
            for stopper in stoppers:
                stopper.stop()
        if raised is not None:
            raise raised
        return result

    def _start(
        self, make: Callable[[], T | None], ended: SimpleQueue[tuple[T | None, BaseException | None]]
    ) -> Stopper:
        stopper = Stopper()

        def attempt() -> None:
            try:
                value = stopper.run(make)
            except BaseException as error:
                ended.put((None, error))
                return
            with self._lock:
                late = self._over
                if not late:
                    ended.put((value, None))
                    self._over = value is not None
            if late and value is not None:
                self._discard(value)

        threading.Thread(target=copy_context().run, args=(attempt,), name="baseten-sdk race", daemon=True).start()
        return stopper
