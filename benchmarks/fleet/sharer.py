"""One of the processes that share a limit: `python -m benchmarks.fleet.sharer PORT STORE SECONDS`."""

from __future__ import annotations

import sys

import anyio

from baseten_sdk import AsyncClient, Limits, user

from .crowd import Crowd

PER_MINUTE = 600
CALLERS = 100


async def main(port: str, store: str, seconds: float) -> None:
    """Make calls for some seconds, and print how many were answered."""
    crowd = Crowd()
    async with AsyncClient(
        api_key="fleet.0123456789abcdef",
        base_url=f"http://127.0.0.2:{port}/v1",
        limits=Limits(concurrency=CALLERS, requests_per_minute=PER_MINUTE, shared=store),
    ) as client:

        async def call(name: str) -> object:
            return await client.chat.completions.create(model="a/b", messages=[user(name)])

        with anyio.move_on_after(seconds):
            await crowd.go(call, CALLERS)
    if crowd.errors:
        print(crowd.errors, file=sys.stderr)
    print(len(crowd.seconds), flush=True)


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], sys.argv[2], float(sys.argv[3]))
