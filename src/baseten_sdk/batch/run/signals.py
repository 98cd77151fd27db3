"""Ctrl-C, and the signal with which a machine is taken away: the first asks a job to stop, the second ends it.

It must not know what a job is, beyond its `Stop`.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable

import anyio

from ...errors import BatchInterrupted
from .stop import Stop

SIGNALS = (signal.SIGINT, signal.SIGTERM)


async def obey_signals(stop: Stop, say: Callable[[str], None], hint: str) -> None:
    """Obey signals until cancelled; where signals do not go to this thread, do nothing.

    Args:
        stop: is requested at the first signal, and at once at the second.
        say: tells the user what happens.
        hint: how to go on later.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        with anyio.open_signal_receiver(*SIGNALS) as received:
            async for number in received:
                name = signal.Signals(number).name
                if stop.requested:
                    say("Stopped at once; what was in flight will be done again.")
                    stop.at_once(BatchInterrupted(f"{name} ended the batch."))
                    continue
                stop.request(BatchInterrupted(f"{name} stopped the batch before its end. {hint}"))
                say(f"Stopping: no more rows are taken, those in flight are finished. Once more stops at once.\n{hint}")
    except NotImplementedError:  # an event loop of Windows
        return
    finally:
        for number, handler in before.items():
            if handler is not None:
                signal.signal(number, handler)


def say_on_stderr(text: str) -> None:
    """Tell whoever is at the terminal."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
