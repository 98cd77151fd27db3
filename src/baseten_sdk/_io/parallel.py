"""Running the functions of tools side by side: async ones in the event loop, plain ones in worker threads.

What a function raises is a result like any other, so that one failure does not cost the work of the rest.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, copy_context
from typing import TypeAlias

import anyio
import anyio.to_thread

Job: TypeAlias = tuple[bool, Callable[[], object]]
"""Whether the function is async, and the function."""

MOST_THREADS = 32


class AsyncParallel:
    """Runs jobs in a task group."""

    @staticmethod
    async def run(jobs: Sequence[Job]) -> list[object]:
        """The results in the order of the jobs; an exception is a result."""
        results: list[object] = [None] * len(jobs)

        async def one(place: int, is_async: bool, function: Callable[[], object]) -> None:
            try:
                if is_async:
                    value = function()
                else:
                    # In a tuple, since trio takes a thread's coroutine for a mistake.
                    (value,) = await anyio.to_thread.run_sync(lambda: (function(),), abandon_on_cancel=True)
                results[place] = await _awaited(value)
            except Exception as error:
                results[place] = error

        async with anyio.create_task_group() as group:
            for place, (is_async, function) in enumerate(jobs):
                group.start_soon(one, place, is_async, function)
        return results


class Parallel:
    """Runs jobs in threads, each with the caller's context; what is to be awaited gets an event loop of its own."""

    @staticmethod
    def run(jobs: Sequence[Job]) -> list[object]:
        """The results in the order of the jobs; an exception is a result."""

        def one(function: Callable[[], object], context: Context) -> object:
            try:
                value = context.run(function)
                return context.run(anyio.run, _awaited, value) if inspect.isawaitable(value) else value
            except Exception as error:
                return error

        contexts = [copy_context() for _ in jobs]
        with ThreadPoolExecutor(max_workers=min(len(jobs), MOST_THREADS) or 1) as pool:
            return list(pool.map(one, [function for _, function in jobs], contexts))


async def _awaited(value: object) -> object:
    if inspect.isawaitable(value):
        awaitable: Awaitable[object] = value
        return await awaitable
    return value
