"""Clocks for runs that nobody waits for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import anyio
import pytest

from baseten_sdk._runs.clock import RunClock
from baseten_sdk.emulator import Emulator
from baseten_sdk.jobs.journal import Journal
from baseten_sdk.jobs.queue_client import QueueClient
from baseten_sdk.jobs.watcher import Watcher

P = ParamSpec("P")
T = TypeVar("T")

TICK = 0.001
CALM = 3
"""Ticks for which nothing must have been under way before time passes."""


class SteppedClock(RunClock):
    """Passes only while somebody waits, and then at once."""

    __slots__ = ("time",)

    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time

    async def wait(self, event: anyio.Event, seconds: float) -> None:
        if seconds == float("inf"):
            await event.wait()
        elif not event.is_set():
            self.time += seconds


class IdleClock(RunClock):
    """The clock of an emulator, which passes only while nothing is under way, to the next moment that is waited for.

    So nothing that the machine does slowly is ever taken for something that did not happen in time.
    """

    __slots__ = ("_busy", "_calm", "_emulator", "_ends")

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._ends: list[float] = []
        self._busy = 0
        self._calm = 0

    def now(self) -> float:
        return self._emulator._clock.now()

    def epoch(self) -> float:
        return self.now()

    async def sleep(self, seconds: float) -> None:
        await self.wait(anyio.Event(), seconds)

    async def wait(self, event: anyio.Event, seconds: float) -> None:
        end = self.now() + seconds
        self._ends.append(end)
        try:
            while self.now() < end and not event.is_set():
                with anyio.move_on_after(TICK):
                    await event.wait()
                if end == min(self._ends) < float("inf"):
                    self._pass(end)
        finally:
            self._ends.remove(end)

    def _pass(self, end: float) -> None:
        self._calm = self._calm + 1 if self._idle() else 0
        if self._calm >= CALM:
            self._calm = 0
            self._emulator.advance(max(end - self.now(), 0.0))

    def _idle(self) -> bool:
        emulator = self._emulator
        if self._busy:
            return False
        tried = {delivery.request_id for delivery in emulator.deliveries}
        return not any(
            job.webhook_status == "PENDING"
            and job.canceled_at is None
            and job.request_id not in tried
            and job.over_at + job.delivery_delay <= self.now()
            for job in emulator.jobs
        )

    def during(self, function: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
        """A function during which no time passes."""

        @wraps(function)
        async def run(*args: P.args, **kwargs: P.kwargs) -> T:
            self._busy += 1
            try:
                return await function(*args, **kwargs)
            finally:
                self._busy -= 1

        return run


def install_idle_clock(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have runs of jobs wait by the clock of an emulator."""
    clock = IdleClock(emulator)
    monkeypatch.setattr("baseten_sdk.jobs.run.RunClock", lambda: clock)
    for owner, names in (
        (QueueClient, ("submit", "status", "depth")),
        (Journal, ("write",)),
        (Watcher, ("check_queue",)),
    ):
        for name in names:
            monkeypatch.setattr(owner, name, clock.during(getattr(owner, name)))
