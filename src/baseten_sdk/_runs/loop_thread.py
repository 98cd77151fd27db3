"""An event loop for code without one, or for code inside a loop that it must not block."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from functools import partial
from typing import TypeVar, TypeVarTuple

import anyio
import anyio.lowlevel
from anyio.from_thread import BlockingPortal

from .._io.wakeup import scheduler as scheduler

T = TypeVar("T")
A = TypeVarTuple("A")


def run_in_loop(function: Callable[[], Awaitable[T]]) -> T:
    """Run an async function from sync code.

    It runs in this thread, where signals arrive. If an event loop already runs here, as in a notebook, it runs in its
    own thread.
    """
    if not is_loop_running():
        try:
            return anyio.run(function)
        finally:
            _take_away_handler()
    thread = LoopThread()
    try:
        return thread.call(function)
    finally:
        thread.end()


def _take_away_handler() -> None:
    """Take away the handler of an asyncio runner that has ended, which would keep out that of the next runner.

    A runner leaves it if another handler stood before it at its end, as a batch's does after a `SystemExit` in a task.
    """
    handler = signal.getsignal(signal.SIGINT)
    if isinstance(handler, partial) and isinstance(getattr(handler.func, "__self__", None), asyncio.Runner):
        main = handler.keywords.get("main_task")
        if isinstance(main, asyncio.Task) and main.done() and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, signal.default_int_handler)


def is_loop_running() -> bool:
    """Whether an event loop of any library runs in this thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        try:
            anyio.lowlevel.current_token()
        except RuntimeError:
            return False
    return True


class LoopThread:
    """An event loop in a thread. It does not keep the process alive.

    An interrupt in one of its tasks (a function of the caller may raise `SystemExit`) ends the loop. It is raised where
    the loop is waited for.
    """

    def __init__(self) -> None:
        self.interrupt: BaseException | None = None
        self._ended = False
        self._cancels: set[Callable[[], bool]] = set()
        self._started: Future[BlockingPortal] = Future()
        self._thread = threading.Thread(target=self._run, name="baseten-batch", daemon=True)
        self._thread.start()
        self.portal = self._started.result()

    def call(self, function: Callable[[*A], Awaitable[T]], *args: *A) -> T:
        """Run an async function there, and wait for its result.

        Raises:
            KeyboardInterrupt: It ended the loop. The same for `SystemExit`.
        """
        try:
            future = self.portal.start_task_soon(function, *args)
            self._cancels.add(future.cancel)
            try:
                if self._ended:
                    future.cancel()
                return future.result()
            finally:
                self._cancels.discard(future.cancel)
        except (RuntimeError, CancelledError) as error:
            if isinstance(error, RuntimeError) and self._is_running():
                raise
            self._thread.join()
            if self.interrupt is None:
                raise
        raise self.interrupt

    def end(self) -> None:
        """End everything that runs there, from any thread and without waiting."""
        with suppress(RuntimeError):  # It has ended already.
            self.portal.start_task_soon(self.portal.stop, True)

    def _is_running(self) -> bool:
        try:
            self.portal.start_task_soon(bool)
        except RuntimeError:
            return False
        return True

    def _run(self) -> None:
        try:
            anyio.run(self._serve)
        except (KeyboardInterrupt, SystemExit) as interrupt:
            self.interrupt = interrupt
        except BaseException as error:
            if self._started.done():
                raise
            self._started.set_exception(error)
        finally:
            self._ended = True
            for cancel in tuple(self._cancels):
                cancel()  # An ended loop may never run the call.

    async def _serve(self) -> None:
        async with BlockingPortal() as portal:
            self._started.set_result(portal)
            await portal.sleep_until_stopped()
