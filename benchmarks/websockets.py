"""What a WebSocket costs: a round trip against the `websockets` package's own client, and the memory of many.

Run it with `python -m benchmarks.websockets`. It starts an echo server of `websockets` in a process of its own, and
fails if a goal is missed.
"""

from __future__ import annotations

import asyncio
import gc
import resource
import subprocess
import sys
import time
from pathlib import Path

from websockets.asyncio.client import connect as connect_async
from websockets.asyncio.server import ServerConnection, serve
from websockets.sync.client import connect

from baseten_sdk import AsyncClient, Client, Endpoints, Limits

ROUNDS = 5
COUNT = 3000
MESSAGE = "x" * 50

CHANNELS = 500
FRAMES = 50
GAP = 0.02

MOST_CPU = 1.0
MOST_MEMORY = 60.0


async def echo() -> None:
    """Serve until the process is ended; the port goes to stdout."""

    async def answer(websocket: ServerConnection) -> None:
        async for message in websocket:
            await websocket.send(message)

    async with serve(answer, "127.0.0.1", 0, compression=None) as server:
        port: int = next(iter(server.sockets)).getsockname()[1]
        print(port, flush=True)  # the parent reads it
        await asyncio.Future()


async def ours_async(endpoints: Endpoints) -> float:
    client = AsyncClient(api_key="x", endpoints=endpoints)
    async with client, client.deployments("abcd1234").connect() as websocket:
        began = time.process_time()
        for _ in range(COUNT):
            await websocket.send(MESSAGE)
            await websocket.receive()
        return time.process_time() - began


async def theirs_async(port: int) -> float:
    async with connect_async(f"ws://127.0.0.1:{port}", compression=None) as websocket:
        began = time.process_time()
        for _ in range(COUNT):
            await websocket.send(MESSAGE)
            await websocket.recv()
        return time.process_time() - began


def ours_sync(endpoints: Endpoints) -> float:
    with Client(api_key="x", endpoints=endpoints) as client, client.deployments("abcd1234").connect() as websocket:
        began = time.process_time()
        for _ in range(COUNT):
            websocket.send(MESSAGE)
            websocket.receive()
        return time.process_time() - began


def theirs_sync(port: int) -> float:
    with connect(f"ws://127.0.0.1:{port}", compression=None) as websocket:
        began = time.process_time()
        for _ in range(COUNT):
            websocket.send(MESSAGE)
            websocket.recv()
        return time.process_time() - began


async def many(endpoints: Endpoints) -> tuple[int, float]:
    """Open many at once, and send a frame on each now and then: how many were lost, and KiB of memory for each."""
    async with AsyncClient(api_key="x", endpoints=endpoints, limits=Limits(concurrency=CHANNELS)) as client:
        async with client.deployments("abcd1234").connect() as websocket:
            await websocket.send(MESSAGE)
            await websocket.receive()
        gc.collect()
        before, opened, start = resident(), asyncio.Semaphore(0), asyncio.Event()

        async def one() -> int:
            async with client.deployments("abcd1234").connect() as websocket:
                opened.release()
                await start.wait()
                came = 0
                for number in range(FRAMES):
                    await websocket.send(str(number))
                    came += await websocket.receive() == str(number)
                    await asyncio.sleep(GAP)
                return came

        tasks = [asyncio.create_task(one()) for _ in range(CHANNELS)]
        for _ in range(CHANNELS):
            await opened.acquire()
        start.set()
        lost = CHANNELS * FRAMES - sum(await asyncio.gather(*tasks))
        return lost, (resident() - before) / CHANNELS / 1024


def resident() -> int:
    """Bytes of memory that the process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def main() -> int:
    server = subprocess.Popen([sys.executable, "-m", "benchmarks.websockets", "serve"], stdout=subprocess.PIPE)
    assert server.stdout is not None
    port = int(server.stdout.readline())
    endpoints = Endpoints.below(f"http://127.0.0.1:{port}")
    try:
        lost, memory = asyncio.run(many(endpoints))
        say(f"{CHANNELS} WebSockets: {memory:.1f} KiB each, {lost} frames lost")
        missed = lost > 0 or memory > MOST_MEMORY
        rounds = [
            (
                asyncio.run(ours_async(endpoints)),
                asyncio.run(theirs_async(port)),
                ours_sync(endpoints),
                theirs_sync(port),
            )
            for _ in range(ROUNDS)
        ]
    finally:
        server.kill()
    ours, theirs, ours_blocking, theirs_blocking = (sorted(each)[ROUNDS // 2] for each in zip(*rounds, strict=True))
    for name, own, other in (("async", ours, theirs), ("sync", ours_blocking, theirs_blocking)):
        each = f"{own / COUNT * 1e6:.1f} µs CPU, websockets {other / COUNT * 1e6:.1f} µs"
        say(f"round trip, {name}: {each}, ratio {own / other:.2f}")
        missed = missed or own / other > MOST_CPU
    return int(missed)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, limit) if limit > 0 else 4096, limit))
    if sys.argv[1:] == ["serve"]:
        asyncio.run(echo())
    else:
        sys.exit(main())
