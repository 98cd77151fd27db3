"""What is measured of a client that is open: each measure runs for a while and gives its numbers.

Microseconds of CPU are those of the whole process, threads included (`time.process_time`); the server is another
process. `wall` is the time that passed. A measure that is bounded in time ends with the call or stream that it is in.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import TypeAlias

import anyio

from .peers.base import AsyncPeer, SyncPeer
from .replies import BATCH as BATCH_OF_TEXTS, WIDTH

Numbers: TypeAlias = dict[str, float]

BATCH = 10
"""Calls between two looks at the clock."""

Stream: TypeAlias = Callable[[], Awaitable[int]]
"""Reads one stream, and says how many chunks it had."""


def unheard() -> None:
    """For a stream whose first chunk nobody waits for."""


class Clock:
    """CPU and time since it was made."""

    def __init__(self) -> None:
        self._cpu = time.process_time()
        self._wall = time.perf_counter()

    def each(self, count: int) -> Numbers:
        """What each of so many has cost, in microseconds."""
        cpu, wall = time.process_time() - self._cpu, time.perf_counter() - self._wall
        return {"cpu": cpu / count * 1e6, "wall": wall / count * 1e6}


async def calls(call: Callable[[], Awaitable[object]], seconds: float) -> Numbers:
    """One call after the other."""
    for _ in range(BATCH):
        await call()
    count, clock, end = 0, Clock(), time.perf_counter() + seconds
    while time.perf_counter() < end:
        for _ in range(BATCH):
            await call()
        count += BATCH
    return clock.each(count)


def blocking_calls(peer: SyncPeer, seconds: float) -> Numbers:
    """One call after the other, blocking."""
    for _ in range(BATCH):
        peer.chat()
    count, clock, end = 0, Clock(), time.perf_counter() + seconds
    while time.perf_counter() < end:
        for _ in range(BATCH):
            peer.chat()
        count += BATCH
    return clock.each(count)


async def flight(peer: AsyncPeer, width: int, seconds: float) -> Numbers:
    """So many tasks, each with one call after the other: calls a second when all connections are open."""

    async def once() -> None:
        await peer.chat()

    async with anyio.create_task_group() as group:
        for _ in range(width):
            group.start_soon(once)

    done = 0
    clock, start = Clock(), time.perf_counter()

    async def repeatedly() -> None:
        nonlocal done
        while True:
            await peer.chat()
            done += 1
            if time.perf_counter() - start >= seconds:
                return

    async with anyio.create_task_group() as group:
        for _ in range(width):
            group.start_soon(repeatedly)
    rate = done / (time.perf_counter() - start)
    return {**clock.each(done), "rate": rate, "memory": peak_memory()}


async def stream(read_one: Stream, seconds: float) -> Numbers:
    """One stream after the other: the cost of a chunk."""
    await read_one()
    count, clock, end = 0, Clock(), time.perf_counter() + seconds
    while time.perf_counter() < end:
        count += await read_one()
    return clock.each(count)


async def growth(short: Stream, long: Stream, seconds: float) -> Numbers:
    """A chunk of a stream that is ten times as long, against one of a short stream; in turn."""
    ratios: list[float] = []
    await short()
    end = time.perf_counter() + seconds
    while not ratios or time.perf_counter() < end:
        clock = Clock()
        few = clock.each(sum([await short() for _ in range(10)]))
        clock = Clock()
        many = clock.each(await long())
        ratios.append(many["cpu"] / few["cpu"])
    return {"growth": median(ratios)}


async def paced(peer: AsyncPeer, width: int) -> Numbers:
    """So many streams at once, of a server that sends an event now and then."""
    await peer.chunks(unheard)
    chunks, firsts = 0, list[float]()
    clock, start = Clock(), time.perf_counter()

    async def read() -> None:
        nonlocal chunks
        count = await peer.chunks(lambda: firsts.append(time.perf_counter() - start))
        chunks += count

    async with anyio.create_task_group() as group:
        for _ in range(width):
            group.start_soon(read)
    return {**clock.each(chunks), "first": median(firsts) * 1e3}


async def decision(chats: AsyncPeer, decides: AsyncPeer, seconds: float) -> Numbers:
    """Decisions against chats, in turn."""
    ratios: list[float] = []
    end = time.perf_counter() + seconds
    while len(ratios) < 3 or time.perf_counter() < end:
        chat = await calls(chats.chat, seconds / 10)
        decided = await calls(decides.decide, seconds / 10)
        ratios.append(decided["cpu"] / chat["cpu"])
    return {"decision": median(ratios)}


async def embed(peer: AsyncPeer, count: int) -> Numbers:
    """So many texts as one array: what each has cost, and the memory that it took at most."""
    texts = [f"This is text number {number} of those that are embedded." for number in range(count)]
    shape = await peer.embed(texts[: 32 * BATCH_OF_TEXTS])
    start = _memory("VmRSS")
    clock = Clock()
    shape = await peer.embed(texts)
    assert shape == (count, WIDTH), shape
    numbers = clock.each(count)
    array = count * WIDTH * 4 / 1024 / 1024
    return {**numbers, "memory": peak_memory(), "above": (peak_memory() - start) / array}


def peak_memory() -> float:
    """The most memory that this process has had, in MB."""
    found = _memory("VmHWM")
    if not found:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def _memory(field: str) -> float:
    """A line of this process's status, in MB; 0 where the system has none."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0.0
    return int(status.partition(f"{field}:")[2].split()[0]) / 1024
