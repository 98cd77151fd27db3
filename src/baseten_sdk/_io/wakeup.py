"""Being woken by another thread, such as the one that a webhook comes in on."""

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
    """What trio gives to other threads."""

    def run_sync_soon(self, function: Callable[[], object], /) -> object: ...


class AsyncWakeup:
    """Wakes the task that waits, in the event loop in which it was made."""

    __slots__ = ("_event", "_schedule")

    def __init__(self) -> None:
        self._event = anyio.Event()
        self._schedule = scheduler()

    def set(self) -> None:
        """Wake it, from any thread and without waiting for it; a loop that is over sleeps on."""
        with suppress(RuntimeError):
            self._schedule(self._event.set)

    @property
    def is_set(self) -> bool:
        return self._event.is_set()

    async def wait(self, seconds: float) -> None:
        """Wait until it is set, but no longer than so many seconds."""
        with anyio.move_on_after(seconds):
            await self._event.wait()


class Wakeup:
    """Wakes the thread that waits."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Wake it, from any thread."""
        self._event.set()

    @property
    def is_set(self) -> bool:
        return self._event.is_set()

    def wait(self, seconds: float) -> None:
        """Wait until it is set, but no longer than so many seconds."""
        self._event.wait(min(seconds, threading.TIMEOUT_MAX))


def scheduler() -> Schedule:
    """What makes the running loop call a function, from any thread; a RuntimeError says that the loop is over."""
    try:
        return asyncio.get_running_loop().call_soon_threadsafe
    except RuntimeError:
        token: object = anyio.lowlevel.current_token()
    native = getattr(token, "native_token", token)
    assert isinstance(native, _RunsSoon)
    return native.run_sync_soon
