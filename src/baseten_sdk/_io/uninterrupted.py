"""Work that an exception of a signal handler must not strike, because it would leave a library's lock locked.

Signal handlers run in the main thread, at any instruction. So the sync flavour does such work in another thread, and
the main thread waits for it: Ctrl-C ends the wait at once, and the work goes on until its own limits. A task is
cancelled only where it waits, so the async flavour does it where it is.
"""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from typing import Generic, TypeVar

T = TypeVar("T")


class AsyncUninterrupted:
    """Does work where it is."""

    __slots__ = ()

    async def run(self, work: Callable[[], Awaitable[T]]) -> T:
        """Its result, or what it raises."""
        return await work()

    async def finish(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do it after everything else."""
        await work()


class Uninterrupted:
    """Does one piece of work after the other, in other threads where this one is interrupted by signals."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last: threading.Thread | None = None

    def run(self, work: Callable[[], T]) -> T:
        """Its result, or what it raises. An interrupt ends the wait and not the work."""
        if threading.current_thread() is not threading.main_thread():
            return work()
        job = _Job(work, self._last)
        self._last = job.thread
        job.thread.start()
        return job.result()

    def finish(self, work: Callable[[], None]) -> None:
        """Do it after everything else, and do not wait for it: what was interrupted may still be at work."""
        job = _Job(work, self._last)
        self._last = job.thread
        job.thread.start()


class _Job(Generic[T]):
    """Work in a thread of its own, which is a daemon: nobody need wait for it."""

    def __init__(self, work: Callable[[], T], before: threading.Thread | None) -> None:
        self._work = work
        self._before = before
        self._results: list[T] = []
        self._error: BaseException | None = None
        # A bare lock: waiting for it can be interrupted, and leaves nothing half done.
        self._over = threading.Lock()
        self._over.acquire()
        self.thread = threading.Thread(
            target=copy_context().run, args=(self._do,), name="baseten-sdk httpx", daemon=True
        )

    def _do(self) -> None:
        try:
            if self._before is not None and self._before.is_alive():
                self._before.join()
            self._before = None
            self._results.append(self._work())
        except BaseException as error:
            self._error = error
        finally:
            self._over.release()

    def result(self) -> T:
        self._over.acquire()
        error, self._error = self._error, None
        if error is not None:
            raise error
        return self._results.pop()
