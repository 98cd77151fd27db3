"""Ctrl-C, and the signal with which a machine is taken away: the first asks a batch to stop, the second ends it.

Theory of operation. The signals belong to the process, and the application may have handlers of its own. They are
replaced while a batch runs in the main thread, and put back when the last one ends; whatever the application installs
in the meantime stays. One handler serves all batches of the process, so a signal stops each of them. A handler that an
application gave to its event loop (`loop.add_signal_handler`) is called as well.

It must not know what a batch is, beyond its `Stop`.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from functools import partial
from types import FrameType
from typing import TypeAlias

import anyio

from ..._runs.loop_thread import scheduler
from ...errors import BatchInterrupted
from .stop import Stop

SIGNALS = (signal.SIGINT, signal.SIGTERM)

Listener: TypeAlias = Callable[[int], object]


async def obey_signals(stop: Stop, say: Callable[[str], None], hint: str) -> None:
    """Obey signals until canceled.

    Args:
        stop: Is requested at the first signal, and at once at the second.
        say: Tells the user what happens.
        hint: How to resume later.
    """

    def hear(number: int) -> None:
        name = signal.Signals(number).name
        if stop.requested:
            stop.at_once(BatchInterrupted(f"{name} ended the batch."))
            message = "Stopped at once. The rows that were in flight will be run again."
        else:
            stop.request(BatchInterrupted(f"{name} stopped the batch before its end. {hint}"))
            message = f"Stopping: no more rows start, those in flight finish. Once more stops at once.\n{hint}"
        with suppress(OSError, ValueError):  # the terminal may be gone
            say(message)

    soon = scheduler()
    with _process.listening(lambda number: soon(partial(hear, number))):
        await anyio.sleep_forever()


class SignalHandlers:
    """The handlers of a process, taken over while anything in its main thread listens."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._holders = 0
        self._before: dict[int, Callable[[int, FrameType | None], object] | int] = {}

    @contextmanager
    def listening(self, listener: Listener) -> Generator[None]:
        """Call a listener for each signal. Outside the main thread, it hears only what a batch there hears too."""
        in_main = threading.current_thread() is threading.main_thread()
        self._listeners.append(listener)
        if in_main:
            self._hold()
        try:
            yield
        finally:
            if in_main:
                self._release()
            self._listeners.remove(listener)

    def _hold(self) -> None:
        self._holders += 1
        if self._holders > 1:
            return
        for number in SIGNALS:
            before = signal.getsignal(number)
            if before is not None and before != signal.SIG_IGN:  # ignored in the background, or not set by Python
                self._before[number] = before
                signal.signal(number, self._handle)

    def _release(self) -> None:
        self._holders -= 1
        if self._holders:
            return
        for number, before in self._before.items():
            if signal.getsignal(number) == self._handle:
                signal.signal(number, before)
        self._before.clear()

    def _handle(self, number: int, frame: FrameType | None) -> None:
        for listener in list(self._listeners):
            with suppress(RuntimeError):  # its event loop is over
                listener(number)


_process = SignalHandlers()
