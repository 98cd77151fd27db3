"""Runs functions at the same time: async ones in the event loop, plain ones in worker threads.

An exception is a result like any other, so that one failure does not cost the work of the rest. A function may have a
time limit. If it has not ended by then, its result keeps its initial value, and it is not waited for.
"""

from __future__ import annotations

import inspect
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context, copy_context
from math import inf
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeAlias

import anyio
import anyio.to_thread

Job: TypeAlias = tuple[bool, Callable[[], object]]
"""Whether the function is async, and the function."""

MOST_THREADS = 32


class AsyncParallel:
    """Runs jobs in a task group."""

    @staticmethod
    async def run(
        jobs: Sequence[Job], results: list[object] | None = None, limits: Sequence[float] | None = None
    ) -> list[object]:
        """Return the results in the order of the jobs. An exception is a result.

        Args:
            results: Where the results go, for a caller that needs those of the finished functions even if it is
                canceled.
            limits: The limit for each job in seconds. None: no limits. A thread continues after its limit. Nobody waits
                for it, except that asyncio waits at the end of the process.
        """
        found: list[object] = [None] * len(jobs) if results is None else results
        interrupts: list[BaseException] = []

        async def one(position: int, is_async: bool, function: Callable[[], object], limit: float) -> None:
            try:
                with anyio.move_on_after(limit):
                    if is_async:
                        value = function()
                    else:
                        # In a tuple, because trio takes a coroutine returned by a thread for a mistake.
                        (value,) = await anyio.to_thread.run_sync(lambda: (function(),), abandon_on_cancel=True)
                    found[position] = await _awaited(value)
            except Exception as error:
                found[position] = error
            except (KeyboardInterrupt, SystemExit) as interrupt:
                interrupts.append(interrupt)  # Raised here, it would end the event loop, or come in a group.
                group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            for position, ((is_async, function), limit) in enumerate(
                zip(jobs, limits or [inf] * len(jobs), strict=True)
            ):
                group.start_soon(one, position, is_async, function, limit)
        if interrupts:
            raise interrupts[0]
        return found


class Parallel:
    """Runs jobs in threads, each with the caller's context. Awaitables get an event loop of their own."""

    @staticmethod
    def run(
        jobs: Sequence[Job], results: list[object] | None = None, limits: Sequence[float] | None = None
    ) -> list[object]:
        """Return the results in the order of the jobs.

        A thread that was left behind does not keep the process alive.
        """
        found: list[object] = [None] * len(jobs) if results is None else results
        ended: SimpleQueue[tuple[int, object]] = SimpleQueue()
        waiting = deque(enumerate(zip(jobs, limits or [inf] * len(jobs), strict=True)))
        running: dict[int, float] = {}
        while waiting or running:
            while waiting and len(running) < MOST_THREADS:
                position, ((_, function), limit) = waiting.popleft()
                running[position] = time.monotonic() + limit
                given = (position, function, limit, copy_context(), ended)
                Thread(target=_work, args=given, name="baseten-tool", daemon=True).start()
            first = min(running.values())
            try:
                position, value = ended.get(timeout=None if first == inf else max(0.0, first - time.monotonic()))
            except Empty:
                now = time.monotonic()
                for late in [position for position, end in running.items() if end <= now]:
                    del running[late]
                continue
            if running.pop(position, None) is None or isinstance(value, TookTooLong):
                continue
            if isinstance(value, BaseException) and not isinstance(value, Exception):
                raise value
            found[position] = value
        return found


class TookTooLong:
    """Raised in a thread whose awaitable was canceled at its limit."""


def _work(
    position: int,
    function: Callable[[], object],
    limit: float,
    context: Context,
    ended: SimpleQueue[tuple[int, object]],
) -> None:
    try:
        value = context.run(function)
        if inspect.isawaitable(value):
            value = context.run(anyio.run, _awaited_within, value, limit)
    except BaseException as error:
        value = error
    ended.put((position, value))


async def _awaited_within(value: object, limit: float) -> object:
    with anyio.move_on_after(limit):
        return await _awaited(value)
    return TookTooLong()


async def _awaited(value: object) -> object:
    if inspect.isawaitable(value):
        awaitable: Awaitable[object] = value
        return await awaitable
    return value
