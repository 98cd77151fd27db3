"""One emulator for many tests: what a test leaves behind must not reach the next."""

from __future__ import annotations

import time
from weakref import WeakKeyDictionary

from baseten_sdk.emulator import Emulator

BOUND = 5.0
"""Seconds to wait for connections that a test left open: long enough for any machine, short of a hang."""

_lasting: WeakKeyDictionary[Emulator, int] = WeakKeyDictionary()
"""Connections that outlasted the bound, such as that of a thread that httpx cannot interrupt: not waited for again."""


def emptied(emulator: Emulator) -> Emulator:
    """An emulator as it was when new.

    A request that the last test gave up may still be on its way, and would take a fault that is meant for the next
    one: so the connections end first.
    """
    end = time.monotonic() + BOUND
    while emulator.connections > _lasting.get(emulator, 0) and time.monotonic() < end:
        time.sleep(0.0005)
    _lasting[emulator] = emulator.connections
    emulator.requests.clear()
    emulator.deliveries.clear()
    emulator.jobs.clear()
    emulator.faults.clear()
    emulator.fleet.clear()
    return emulator
