"""Calling what blocks: a store on a disk, a server that starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import anyio.to_thread

T = TypeVar("T")


class AsyncToThread:
    """Calls it in a worker thread."""

    @staticmethod
    async def run(function: Callable[[], T]) -> T:
        """Its result, or what it raises. Cancellation waits for its end."""
        return await anyio.to_thread.run_sync(function)


class ToThread:
    """Calls it."""

    @staticmethod
    def run(function: Callable[[], T]) -> T:
        """Its result, or what it raises."""
        return function()
