"""Runs work that no signal handler's exception may interrupt, because that would leave a library's lock locked.

Signal handlers run in the main thread, at any instruction. So the sync flavor does such work in another thread, and the
main thread waits for it. Ctrl-C ends the wait at once, and the work continues up to its own limits. A task is canceled
only where it waits, so the async flavor does the work in place.
"""

from __future__ import annotations

import os
import threading
from _thread import start_new_thread
from collections.abc import Awaitable, Callable
from contextvars import Context, copy_context
from queue import SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")

LOOK = 0.25
"""Seconds between two checks for a signal. A signal that comes just before a wait does not end it."""


class AsyncUninterrupted:
    """Does work in place."""

    __slots__ = ()

    async def run(self, work: Callable[[], Awaitable[T]]) -> T:
        """Return its result, or raise its exception."""
        return await work()

    async def finish(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do the work after everything else."""
        await work()


class Uninterrupted:
    """Does one piece of work after another, in a thread of its own if signals may interrupt this one."""

    __slots__ = ("_worker",)

    def __init__(self) -> None:
        self._worker: _Worker | None = None

    def run(self, work: Callable[[], T]) -> T:
        """Return its result, or raise its exception. An interrupt ends the wait, but not the work."""
        if threading.get_ident() != threading.main_thread().ident:
            return work()
        return self._begun(work).result()

    def finish(self, work: Callable[[], None]) -> None:
        """Do the work after everything else, without waiting for it. Interrupted work may still be running."""
        self._begun(work)

    def _begun(self, work: Callable[[], T]) -> _Job[T]:
        if self._worker is None or self._worker.process != os.getpid():  # A fork has no threads but its own.
            self._worker = _Worker()
        job = _Job(work)
        self._worker.jobs.put(job.do)
        return job


class _Worker:
    """A thread that does one job after another, until nobody can give it another one.

    Starting a thread takes longer than a whole call. It is not a `Thread`, because an interrupt in the start of one
    would surface as a different error.
    """

    __slots__ = ("jobs", "process")

    def __init__(self) -> None:
        self.process = os.getpid()
        # Its `put` cannot be interrupted halfway, and may be called in `__del__`.
        self.jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        start_new_thread(_do_all, (self.jobs,))

    def __del__(self) -> None:
        if hasattr(self, "jobs"):  # an interrupt may strike before it is made
            self.jobs.put(None)


def _do_all(jobs: SimpleQueue[Callable[[], None] | None]) -> None:
    while (do := jobs.get()) is not None:
        do()
        del do  # Otherwise it would hold the work, such as a request, until the next job.


class _Job(Generic[T]):
    """Work that a worker does. It need not be waited for."""

    __slots__ = ("_context", "_error", "_over", "_results", "_work")

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._context: Context = copy_context()
        self._results: list[T] = []
        self._error: BaseException | None = None
        # A bare lock, because waiting for it can be interrupted without leaving anything half done.
        self._over = threading.Lock()
        self._over.acquire()

    def do(self) -> None:
        """Do the work, in the worker's thread."""
        try:
            self._results.append(self._context.run(self._work))
        except BaseException as error:
            self._error = error
        finally:
            self._over.release()

    def result(self) -> T:
        """Wait for the work. Return its result, or raise its exception."""
        while not self._over.acquire(timeout=LOOK):
            pass  # Here Python runs the handler of a signal that came too early to end the wait.
        error, self._error = self._error, None
        if error is not None:
            raise error
        return self._results.pop()
