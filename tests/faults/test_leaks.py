"""Hundreds of cancellations and thousands of deadlines, in each phase of a call: nothing is left behind by any."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager

import anyio
import anyio.lowlevel
import pytest
import trio.lowlevel

from baseten_sdk import APITimeoutError, AsyncClient, BasetenError, Limits, Timeout
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk.emulator import Emulator
from tests.asking import HELLO, MODEL, behaving
from tests.faults.black_holes import black_hole
from tests.faults.scripted import Hold, ScriptedServer

pytestmark = [
    pytest.mark.anyio,
    # httpx leaves its iterators half way when it is cancelled; that holds nothing.
    pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning"),
    pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="descriptors are counted where Linux shows them"),
]

WIDTH = 20
CROWD = 250


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def tasks() -> int:
    try:
        return len(asyncio.all_tasks())
    except RuntimeError:
        return trio.lowlevel.current_statistics().tasks_living


async def settled(test: Callable[[], bool]) -> None:
    """Wait until what was left has gone: servers and threads take a moment."""
    with anyio.fail_after(60):
        while not test():
            gc.collect()
            await anyio.sleep(0.01)


@asynccontextmanager
async def nothing_left(client: AsyncClient) -> AsyncGenerator[None]:
    """What is done inside leaves no place, task or descriptor behind, but for connections that may be used again."""
    gc.collect()
    before, busy = descriptors(), tasks()
    yield
    assert "<closed>" in repr(client) or f"<0 of {WIDTH} in flight, 0 waiting>" in repr(client)
    await settled(lambda: tasks() <= busy)
    await client.aclose()
    await settled(lambda: descriptors() <= before)


def client_for(emu: Emulator, transport: TransportName, **limits: float) -> AsyncClient:
    return AsyncClient(
        api_key=emu.api_key,
        endpoints=emu.endpoints,
        transport=transport,
        limits=Limits(concurrency=WIDTH),
        timeout=Timeout(**limits),
        max_retries=0,
    )


async def wait_for_a_reply(client: AsyncClient, deadline: float | None = None) -> None:
    await client.models.list(extra_headers=behaving("hang"), deadline=deadline)


async def wait_for_a_body(client: AsyncClient, deadline: float | None = None) -> None:
    await client.chat.completions.create(
        model=MODEL, messages=HELLO, extra_headers=behaving("stall=1"), deadline=deadline
    )


async def wait_for_a_chunk(client: AsyncClient, deadline: float | None = None) -> None:
    stream = await client.chat.completions.create(
        model=MODEL,
        messages=HELLO,
        stream=True,
        extra_headers=behaving("stall=2"),
        deadline=deadline,
    )
    async with stream:
        async for _ in stream:
            pass


async def wait_for_a_connection(client: AsyncClient, deadline: float | None = None) -> None:
    await client.models.list(deadline=deadline)


Waiting = Callable[[AsyncClient, float | None], Coroutine[object, object, None]]
PHASES = {"reply": wait_for_a_reply, "body": wait_for_a_body, "chunk": wait_for_a_chunk}


async def crowd(client: AsyncClient, waiting: Waiting, count: int, deadline: float) -> int:
    """So many calls at once, all of which run out of time: some in the queue, some in the phase. How many did."""
    expired = 0

    async def call() -> None:
        nonlocal expired
        with pytest.raises(APITimeoutError):
            await waiting(client, deadline)
        expired += 1

    async with anyio.create_task_group() as group:
        for _ in range(count):
            group.start_soon(call)
    return expired


@pytest.mark.parametrize("waiting", PHASES.values(), ids=PHASES)
async def test_deadlines_leave_nothing_behind(emu: Emulator, waiting: Waiting, transport: TransportName) -> None:
    client = client_for(emu, transport)
    async with nothing_left(client):
        for _ in range(2):
            assert await crowd(client, waiting, CROWD, 0.05) == CROWD
        assert len(await client.models.list(timeout=Timeout(), deadline=30)) > 0


@pytest.mark.parametrize("tls", [False, True], ids=["no-answer", "no-handshake"])
async def test_deadlines_while_connecting_leave_nothing_behind(tls: bool, transport: TransportName) -> None:
    with black_hole() as hole, ScriptedServer([Hold()]) as server:
        url = f"https://127.0.0.1:{server.port}/v1" if tls else f"http://127.0.0.1:{hole}/v1"
        client = AsyncClient(
            api_key="k" * 20, base_url=url, transport=transport, limits=Limits(concurrency=WIDTH), max_retries=0
        )
        async with nothing_left(client):
            assert await crowd(client, wait_for_a_connection, CROWD, 0.05) == CROWD


@pytest.mark.parametrize("waiting", PHASES.values(), ids=PHASES)
async def test_cancellations_leave_nothing_behind(emu: Emulator, waiting: Waiting, transport: TransportName) -> None:
    client = client_for(emu, transport)
    async with nothing_left(client):
        for number in range(5):
            async with anyio.create_task_group() as group:
                for _ in range(60):
                    group.start_soon(waiting, client, None)
                for _ in range(number * number):
                    await anyio.lowlevel.checkpoint()
                await anyio.sleep(0.004 * number)
                group.cancel_scope.cancel()
            assert f"<0 of {WIDTH} in flight, 0 waiting>" in repr(client)
        assert len(await client.models.list()) > 0


async def test_a_client_that_is_closed_in_the_middle_leaves_nothing_behind(
    emu: Emulator, transport: TransportName
) -> None:
    client = client_for(emu, transport)
    ended = 0

    async def call(waiting: Waiting) -> None:
        nonlocal ended
        with pytest.raises(BasetenError):
            await waiting(client, None)
        ended += 1

    async with nothing_left(client):
        async with anyio.create_task_group() as group:
            for waiting in PHASES.values():
                for _ in range(WIDTH):
                    group.start_soon(call, waiting)
            await settled(lambda: len(emu.requests) >= WIDTH)
            await client.aclose()
        assert ended == 3 * WIDTH
