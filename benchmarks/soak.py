"""The soak: very many calls, a few of them broken or cancelled, and what is left when they are over.

    python -m benchmarks.soak                      100,000 calls, 512 in flight: some minutes
    python -m benchmarks.soak --calls 2000 --in-flight 64 --transport httpx --backend trio

httpx takes several times the work for each call: with many in flight give it more `--patience`, or its own slowness
counts as the server's.

A tenth of the calls are streams, one in a hundred is broken by the server (in nine ways), one in a hundred is cancelled
at a random moment. Every call must end: with its own answer, with the error that its fault stands for, or cancelled. At
a quarter of the way, and at the end, nothing runs: memory, descriptors and tasks are counted. It prints a table, and
fails where a promise was broken.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import anyio
from anyio import get_running_tasks
from anyio.abc import TaskGroup
from anyio.lowlevel import checkpoint

from baseten_sdk import (
    APIConnectionError,
    AsyncClient,
    BasetenError,
    Limits,
    ResponseValidationError,
    Retry,
    StreamError,
    Timeout,
)

from .soak_server import FAULTS, PIECES

STREAMS, BROKEN, CANCELLED = 0.1, 0.01, 0.015
"""Parts of the calls. A third of the cancellations come too late: the answer was there already."""

MOST_TURNS = 4
"""Turns of the event loop after which a call is cancelled at most: in a crowd its reply comes after a few."""

MOST_ATTEMPTS = 1.03
LONGEST = 10.0
"""Requests a call, and seconds of the longest one, that no run may exceed."""

GROWTH = 1.1
SLACK = 8 * 1024 * 1024
"""What memory may be at the end: so many times what it was at a quarter of the way, and so many bytes more."""

MEANT: dict[str, tuple[type[BasetenError], ...]] = {
    "cut": (APIConnectionError, StreamError),
    "stall": (APIConnectionError,),
    "disguise": (ResponseValidationError, StreamError),
}
"""Errors that a fault stands for; where it stands for none, the call must succeed after all."""


@dataclass(slots=True)
class Tally:
    """How the calls ended."""

    calls: int = 0
    streams: int = 0
    broken: int = 0
    answered: int = 0
    cancelled: int = 0
    failed: int = 0
    wrong: int = 0
    raw: int = 0
    longest: float = 0.0
    slowest: str = ""
    pause: float = 0.0
    errors: Counter[str] = field(default_factory=Counter[str])
    bad: list[str] = field(default_factory=list[str])

    @property
    def lost(self) -> int:
        """Calls of which nothing is known."""
        return self.calls - self.answered - self.cancelled - self.failed


@dataclass(frozen=True, slots=True)
class Level:
    """What the process holds while nothing runs."""

    memory: int
    descriptors: int
    tasks: int

    @classmethod
    def now(cls) -> Level:
        """Count."""
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return cls(pages * os.sysconf("SC_PAGE_SIZE"), len(os.listdir("/proc/self/fd")), len(get_running_tasks()))


class Soak:
    """One run over one client."""

    def __init__(self, client: AsyncClient, calls: int, in_flight: int, seed: int) -> None:
        self._client = client
        self._calls = calls
        self._in_flight = in_flight
        self._random = random.Random(seed)
        self.tally = Tally()

    async def run(self, until: int) -> None:
        """Make calls up to this number, so many at once."""
        async with anyio.create_task_group() as watch:
            watch.start_soon(self._watch)
            async with anyio.create_task_group() as group:
                for _ in range(self._in_flight):
                    group.start_soon(self._work, until, watch)
            watch.cancel_scope.cancel()

    async def _watch(self) -> None:
        """Notice when this process itself stood still: the machine had no time for it."""
        while True:
            before = time.monotonic()
            await anyio.sleep(0.05)
            self.tally.pause = max(self.tally.pause, time.monotonic() - before)

    async def _work(self, until: int, watch: TaskGroup) -> None:
        while self.tally.calls < until:
            self.tally.calls += 1
            await self._call(self.tally.calls, watch)

    async def _call(self, number: int, watch: TaskGroup) -> None:
        """One call, and how it ended."""
        tally, chance = self.tally, self._random.random
        stream = chance() < STREAMS
        fault = self._random.choice(FAULTS) if chance() < BROKEN else None
        tally.streams += stream
        tally.broken += fault is not None
        began = time.monotonic()
        try:
            with anyio.CancelScope() as scope:
                if chance() < CANCELLED:
                    watch.start_soon(_interrupt, scope, self._random.randrange(MOST_TURNS))
                await self._ask(str(number), fault, stream)
                tally.answered += 1
            tally.cancelled += scope.cancelled_caught
        except BasetenError as error:
            tally.failed += 1
            tally.errors[type(error).__name__] += 1
            if not isinstance(error, MEANT.get(fault or "", ())):
                tally.bad.append(f"call {number} ({fault}): {error!r}")
        except Exception as error:
            tally.failed += 1
            tally.raw += 1
            tally.bad.append(f"call {number} ({fault}): {error!r}")
        seconds = time.monotonic() - began
        if seconds > tally.longest:
            tally.longest = seconds
            tally.slowest = f"call {number}{', a stream' * stream}{f', {fault}' if fault else ''}"

    async def _ask(self, text: str, fault: str | None, stream: bool) -> None:
        completions = self._client.chat.completions
        metadata = {"fault": fault} if fault is not None else None
        if stream:
            async with await completions.create(
                model="a/b", messages=[{"role": "user", "content": text}], metadata=metadata, stream=True
            ) as chunks:
                said, expected = "".join([chunk.text async for chunk in chunks]), f"{text} " * PIECES
        else:
            said, expected = (
                (
                    await completions.create(
                        model="a/b", messages=[{"role": "user", "content": text}], metadata=metadata
                    )
                ).text,
                text,
            )
        if said != expected:
            self.tally.wrong += 1
            self.tally.bad.append(f"call {text}: answered {said!r}")


async def _interrupt(scope: anyio.CancelScope, turns: int) -> None:
    """Cancel a call after so many turns of the event loop."""
    for _ in range(turns):
        await checkpoint()
    scope.cancel()


async def soak(port: int, options: argparse.Namespace) -> bool:
    """Run, and print; whether every promise was kept."""
    client = AsyncClient(
        api_key="soak.0123456789abcdef",
        base_url=f"http://127.0.0.1:{port}/v1",
        transport=options.transport,
        timeout=Timeout(first_byte=options.patience, idle=options.patience),
        retry=Retry(initial=0.02, maximum=0.1),
        limits=Limits(concurrency=options.in_flight),
    )
    async with client:
        run = Soak(client, options.calls, options.in_flight, options.seed)
        began = time.monotonic()
        await run.run(options.calls // 4)
        quarter = Level.now()
        await run.run(options.calls)
        seconds = time.monotonic() - began
        end = Level.now()
        reply = (await client.request("GET", "count")).json()
        assert isinstance(reply, dict)
        requests = reply["count"]
        assert isinstance(requests, int)
    tally = run.tally
    attempts = requests / tally.calls
    rows: list[tuple[str, str, bool]] = [
        ("calls", f"{tally.calls:,} ({tally.calls / seconds:,.0f} a second)", tally.calls >= options.calls),
        ("streams, broken, cancelled", f"{tally.streams:,}, {tally.broken:,}, {tally.cancelled:,}", True),
        ("answered", f"{tally.answered:,}", True),
        ("typed errors", ", ".join(f"{name} {count}" for name, count in sorted(tally.errors.items())) or "none", True),
        ("lost, wrong, raw", f"{tally.lost}, {tally.wrong}, {tally.raw}", not tally.lost + tally.wrong + tally.raw),
        ("errors nothing stands for", f"{len(tally.bad)}", not tally.bad),
        (f"attempts a call (at most {MOST_ATTEMPTS})", f"{attempts:.4f}", attempts <= MOST_ATTEMPTS),
        (
            f"longest call (at most {LONGEST:g} s), pause",
            f"{tally.longest:.2f} s ({tally.slowest}), {tally.pause:.2f} s",
            tally.longest < LONGEST,
        ),
        (
            "memory at a quarter, at the end",
            f"{quarter.memory / 1e6:.1f} MB, {end.memory / 1e6:.1f} MB",
            end.memory <= quarter.memory * GROWTH + SLACK,
        ),
        (
            "descriptors at a quarter, at the end",
            f"{quarter.descriptors}, {end.descriptors}",
            end.descriptors <= max(quarter.descriptors, options.in_flight) + 16,
        ),
        ("tasks at a quarter, at the end", f"{quarter.tasks}, {end.tasks}", end.tasks <= quarter.tasks),
    ]
    for name, value, kept in rows:
        print(f"{'ok  ' if kept else 'BAD '} {name:40} {value}")
    for line in tally.bad[:10]:
        print(f"     {line}")
    return all(kept for _, _, kept in rows)


def main() -> int:
    """Start the server, run, and say how it went: the exit code."""
    parser = argparse.ArgumentParser(description="Very many calls, and what is left when they are over.")
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--in-flight", type=int, default=512)
    parser.add_argument("--transport", choices=["direct", "httpx"], default="direct")
    parser.add_argument("--backend", choices=["asyncio", "trio"], default="asyncio")
    parser.add_argument("--patience", type=float, default=2.0, help="seconds that a silence may last")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.soak_server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parent.parent,
    )
    try:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        return 0 if anyio.run(soak, port, options, backend=options.backend) else 1
    finally:
        server.terminate()
        server.communicate()


if __name__ == "__main__":
    sys.exit(main())
