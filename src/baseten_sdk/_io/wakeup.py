"""Wakes a waiting program from another thread, such as the one that receives webhooks."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol, TypeAlias, runtime_checkable

import anyio
import anyio.lowlevel

Schedule: TypeAlias = Callable[[Callable[[], object]], object]


@runtime_checkable
class _RunsSoon(Protocol):
    """What trio offers to other threads."""

    def run_sync_soon(self, function: Callable[[], object], /) -> object: ...


class AsyncWakeup:
    """Wakes a waiting task, in the event loop in which this object was made."""

    __slots__ = ("_event", "_schedule")

    def __init__(self) -> None:
        self._event = anyio.Event()
        self._schedule = scheduler()

    def set(self) -> None:
        """Wake the task, from any thread and without waiting. A loop that has ended ignores it."""
        with suppress(RuntimeError):
            self._schedule(self._event.set)

    @property
    def is_set(self) -> bool:
        return self._event.is_set()

    async def wait(self, seconds: float) -> None:
        """Wait until it is set, but at most this many seconds."""
        with anyio.move_on_after(seconds):
            await self._event.wait()


class Wakeup:
    """Wakes a waiting thread.

    It is a bare lock, which is locked until it is set. An interrupt inside a `threading.Event` would leave that one
    locked for good.
    """

    __slots__ = ("_unset",)

    def __init__(self) -> None:
        self._unset = threading.Lock()
        self._unset.acquire()

    def set(self) -> None:
        """Wake the thread, from any thread."""
        with suppress(RuntimeError):  # It is set already.
            self._unset.release()

    def clear(self) -> None:
        """Have it wait again."""
        self._unset.acquire(blocking=False)

    @property
    def is_set(self) -> bool:
        return not self._unset.locked()

    def wait(self, seconds: float = threading.TIMEOUT_MAX) -> bool:
        """Wait until it is set, but at most this many seconds. Return whether it is set."""
        woken = self._unset.acquire(timeout=max(min(seconds, threading.TIMEOUT_MAX), 0.0))
        if woken:
            self.set()
        return woken


def scheduler() -> Schedule:
    """Return what makes the running loop call a function, from any thread.

    It raises RuntimeError once the loop has ended.
    """
    try:
        return asyncio.get_running_loop().call_soon_threadsafe
    except RuntimeError:
        token: object = anyio.lowlevel.current_token()
    native = getattr(token, "native_token", token)
    assert isinstance(native, _RunsSoon)
    return native.run_sync_soon
