"""One emulator for many tests: what a test leaves behind must not reach the next."""

from __future__ import annotations

import time

from baseten_sdk.emulator import Emulator
from baseten_sdk.emulator.http.server import ServerThread

PATIENCE = 60.0
"""Seconds after which a connection that does not end is a bug."""


def emptied(emulator: Emulator) -> Emulator:
    """An emulator as it was when new.

    A request that the last test gave up may still be on its way, and would take a fault that is meant for the next
    one: so the connections end first. They are cut, since a thread that httpx cannot interrupt ends none by itself.
    """
    end = time.monotonic() + PATIENCE
    while emulator.connections:
        assert time.monotonic() < end, "a connection does not end"
        _cut_connections(emulator._server)
        time.sleep(0.0005)
    emulator.requests.clear()
    emulator.deliveries.clear()
    emulator.jobs.clear()
    emulator.faults.clear()
    emulator.fleet.clear()
    return emulator


def _cut_connections(thread: ServerThread | None) -> None:
    """Let the emulator, in its own thread, cut what is open."""
    assert thread is not None
    server = thread._server
    assert server._loop is not None

    def cut() -> None:
        for connection in list(server.server_state.connections):
            connection.transport.abort()

    server._loop.call_soon_threadsafe(cut)
