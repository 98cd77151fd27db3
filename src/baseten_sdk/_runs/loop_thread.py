"""An event loop for code without one, or for code inside a loop that it must not block."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from functools import partial
from typing import TypeVar

import anyio
import anyio.lowlevel
from anyio.from_thread import BlockingPortal

from .._io.wakeup import scheduler as scheduler

T = TypeVar("T")


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
    portal = open_portal()
    try:
        return portal.call(function)
    finally:
        end_portal(portal)


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


def open_portal() -> BlockingPortal:
    """Start an event loop in a thread. It ends with the portal, and does not keep the process alive."""
    started: Future[BlockingPortal] = Future()

    async def serve() -> None:
        async with BlockingPortal() as portal:
            started.set_result(portal)
            await portal.sleep_until_stopped()

    def run() -> None:
        try:
            anyio.run(serve)
        except BaseException as error:
            if not started.done():
                started.set_exception(error)
                return
            raise

    threading.Thread(target=run, name="baseten-batch", daemon=True).start()
    return started.result()


def end_portal(portal: BlockingPortal) -> None:
    """End everything that runs in the portal, from any thread and without waiting."""
    try:
        portal.start_task_soon(portal.stop, True)
    except RuntimeError:
        return  # It has ended already.
