"""Identifies the process and event loop of a call. Connections belong to one of them and are never used in another."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from functools import cache

import anyio.lowlevel


class AsyncLoopIdentity:
    """Identifies the running event loop, of any library."""

    @staticmethod
    def current() -> tuple[int, object]:
        """Return a value that is equal for two calls only if they may share connections."""
        try:
            return os.getpid(), asyncio.get_running_loop()
        except RuntimeError:
            return os.getpid(), _other_loop()()

    @staticmethod
    def is_over(identity: tuple[int, object]) -> bool:
        """Whether a loop has ended, or belongs to the process that this one was forked from."""
        process, loop = identity
        if process != os.getpid():
            return True
        if isinstance(loop, asyncio.AbstractEventLoop):
            return loop.is_closed()
        schedule = getattr(getattr(loop, "native_token", loop), "run_sync_soon", None)
        try:
            if schedule is not None:
                schedule(_nothing)
        except RuntimeError:
            return True
        return False


class LoopIdentity:
    """Identifies the process. All its threads share connections."""

    @staticmethod
    def current() -> tuple[int, object]:
        """Return a value that is equal for two calls only if they may share connections."""
        return os.getpid(), None

    @staticmethod
    def is_over(identity: tuple[int, object]) -> bool:
        """Whether it is the process that this one was forked from."""
        return identity[0] != os.getpid()


@cache
def _other_loop() -> Callable[[], object]:
    """Return what identifies a loop that is not asyncio's."""
    if "trio" in sys.modules:
        from .trio_loop import current_trio_token

        return current_trio_token
    return anyio.lowlevel.current_token


def _nothing() -> None:
    """Do nothing. A loop that calls this is still running."""
