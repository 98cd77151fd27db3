"""Calls blocking functions, such as a store on disk or a server that starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import anyio.to_thread

T = TypeVar("T")


class AsyncToThread:
    """Calls a function in a worker thread."""

    @staticmethod
    async def run(function: Callable[[], T]) -> T:
        """Return its result, or raise its exception. Cancellation waits for its end."""
        return await anyio.to_thread.run_sync(function)


class ToThread:
    """Calls a function in this thread."""

    @staticmethod
    def run(function: Callable[[], T]) -> T:
        """Return its result, or raise its exception."""
        return function()
