"""Runs work beside its owner, on asyncio and on trio, for iterators used without `async with`.

An iterator that may be left at any moment cannot hold a task group open. So the work is its own task, and the
owner ends it. This module must not know what the work is.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import copy_context

import anyio

from .loop_thread import scheduler


class Background:
    """A function that runs until it ends or is ended. It must not raise."""

    def __init__(self, function: Callable[[], Awaitable[None]]) -> None:
        self._function = function
        self._scope = anyio.CancelScope()
        self._over = anyio.Event()
        self._soon = scheduler()
        self._task: asyncio.Task[None] | None = None
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            sys.modules["trio"].lowlevel.spawn_system_task(self._run, context=copy_context())
        else:
            self._task = loop.create_task(self._run())

    async def _run(self) -> None:
        try:
            with self._scope:
                await self._function()
        finally:
            self._over.set()

    async def end(self) -> None:
        """Cancel it, and wait until it has ended."""
        self._scope.cancel()
        with anyio.CancelScope(shield=True):
            await self._over.wait()

    def abandon(self) -> None:
        """Cancel it from any thread, without waiting."""
        with suppress(Exception):  # The loop may have ended, and with it all its tasks.
            self._soon(self._scope.cancel)
