"""Two processes that share 600 requests a minute, by a file and by Redis."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from bisect import bisect_left
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from pathlib import Path

import anyio.to_thread

from ..processes import Child, cores
from .figure import Figure
from .fleet import Fleet
from .server import MINUTE, Settings

PER_MINUTE = 600
PROCESSES = 2
MINUTES, QUICK_MINUTES = 4, 2


async def shared(*, quick: bool) -> AsyncIterator[Figure]:
    """Two processes share 600 requests a minute; each has 100 callers that want more."""
    minutes = QUICK_MINUTES if quick else MINUTES
    with tempfile.TemporaryDirectory() as folder:
        async for figure in _measure("file", str(Path(folder) / "limits.db"), minutes):
            yield figure
    if shutil.which("redis-server"):
        with redis_server() as url:
            async for figure in _measure("Redis", url, minutes):
                yield figure


async def _measure(name: str, store: str, minutes: int) -> AsyncIterator[Figure]:
    pinned = cores()
    core = pinned[0] if pinned else None
    with Fleet(1) as fleet:
        fleet.become(0, Settings(delay=0.05, per_minute=PER_MINUTE))
        seconds = str(minutes * MINUTE)
        children = [Child("fleet.sharer", str(fleet.port), store, seconds, core=core) for _ in range(PROCESSES)]
        calls = [int(await anyio.to_thread.run_sync(child.line, abandon_on_cancel=True)) for child in children]
        for child in children:
            child.close()
        seen = fleet.seen(0)
    moments = sorted(seen.moments)
    first = moments[0]
    whole = bisect_left(moments, first + minutes * MINUTE)
    most = max(bisect_left(moments, moment + MINUTE) - at for at, moment in enumerate(moments))
    yield Figure(
        f"{name}: requests sent, of those that the limit allows", whole / (PER_MINUTE * minutes), 0.96, "at least"
    )
    yield Figure(f"{name}: the most in any minute, of the limit", most / PER_MINUTE, 1.02)
    yield Figure(f"{name}: requests refused", seen.refused)
    yield Figure(f"{name}: calls of the slower process, of those of the faster", min(calls) / max(calls))


@contextmanager
def redis_server() -> Generator[str]:
    """A Redis of its own, in memory alone: its URL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
    )
    try:
        while socket.socket().connect_ex(("127.0.0.1", port)):
            time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.kill()
        server.wait()
