"""Clients that outlive their loop, thread or process, are left unclosed, or are closed while calls are in flight."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import warnings
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager

import anyio
import pytest
from anyio import to_thread

from baseten_sdk import APIConnectionError, AsyncClient, BasetenError, Client, ClientClosedError, Limits
from baseten_sdk._core.policy.rate_limit import Reservation
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk._io.heartbeat import HEARTBEAT
from baseten_sdk._io.rate_state import GateWaiter, RateState
from baseten_sdk._io.wakeup import Wakeup
from baseten_sdk.emulator import Emulator
from tests._async.calling import CHUNK, KEY, LONG, MODELS
from tests.asking import HELLO, MODEL, SAID
from tests.faults.scripted import Action, Hold, Read, ScriptedServer, events

WAITING: dict[str, list[Action]] = {"reply": [Read(), Hold()], "chunk": [events(CHUNK), Hold()]}


def async_client(emu: Emulator, transport: TransportName) -> AsyncClient:
    return AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, transport=transport)


def client_for(emu: Emulator, transport: TransportName, width: int = 256) -> Client:
    return Client(api_key=emu.api_key, endpoints=emu.endpoints, transport=transport, limits=Limits(concurrency=width))


async def said(client: AsyncClient) -> str:
    return (await client.chat.completions.create(model=MODEL, messages=HELLO)).text


# What httpx's connections leave behind with their loop is asyncio's to warn of.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_one_client_in_two_runs(emu: Emulator, transport: TransportName) -> None:
    client = async_client(emu, transport)
    assert asyncio.run(said(client)) == SAID
    assert asyncio.run(said(client)) == SAID
    asyncio.run(client.aclose())
    assert len({request.client for request in emu.requests}) == 2
    gc.collect()


def test_one_client_in_two_loops_at_once(emu: Emulator, transport: TransportName) -> None:
    client = async_client(emu, transport)
    both = threading.Barrier(2)

    async def run() -> list[str]:
        both.wait(LONG)
        answers = [await said(client) for _ in range(5)]
        await asyncio.get_running_loop().run_in_executor(None, both.wait, LONG)
        return answers

    with ThreadPoolExecutor(2) as pool, warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        for future in [pool.submit(asyncio.run, run()) for _ in range(2)]:
            assert future.result() == [SAID] * 5
        asyncio.run(client.aclose())
        gc.collect()
    assert len({request.client for request in emu.requests}) == 2


def test_one_client_in_many_threads(emu: Emulator, transport: TransportName) -> None:
    wrong: list[str] = []

    def ask(number: int) -> None:
        for turn in range(5):
            text = f"{number} and {turn}"
            answer = client.chat.completions.create(
                model=MODEL, messages=[{"role": "user", "content": f"Say {text}"}]
            ).text
            if answer != text:
                wrong.append(answer)

    with client_for(emu, transport, 4) as client:
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(ask, range(16)))
        assert "<0 of 4 in flight, 0 waiting>" in repr(client)
    assert wrong == []
    assert len({request.client for request in emu.requests}) <= 4


def in_a_fork(work: Callable[[], object]) -> int:
    """Do something in a fork of this process; 0 if it went well."""
    # Other threads run: their locks are not touched here.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_fork_has_connections_of_its_own(emu: Emulator, transport: TransportName) -> None:
    with client_for(emu, transport) as client:
        assert client.chat.completions.create(model=MODEL, messages=HELLO).text == SAID

        def ask() -> None:
            assert client.chat.completions.create(model=MODEL, messages=HELLO).text == SAID

        assert in_a_fork(ask) == 0
        assert client.chat.completions.create(model=MODEL, messages=HELLO).text == SAID
    clients = [request.client for request in emu.requests]
    assert clients[0] == clients[2] != clients[1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_fork_of_a_loop_has_connections_of_its_own(emu: Emulator, transport: TransportName) -> None:
    client = async_client(emu, transport)
    assert asyncio.run(said(client)) == SAID
    assert in_a_fork(lambda: asyncio.run(said(client))) == 0
    assert asyncio.run(said(client)) == SAID
    asyncio.run(client.aclose())
    assert len({request.client for request in emu.requests}) == 3
    gc.collect()


@contextmanager
def held_elsewhere(lock: AbstractContextManager[object]) -> Generator[None]:
    """Another thread holds a lock meanwhile."""
    held, over = threading.Event(), threading.Event()

    def hold() -> None:
        with lock:
            held.set()
            over.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_locks_that_other_threads_held_at_a_fork_do_not_stop_the_child(emu: Emulator) -> None:
    limits = Limits(requests_per_minute=10_000, tokens_per_minute=1_000_000)
    with Client(api_key=emu.api_key, endpoints=emu.endpoints, limits=limits, deadline=60.0) as client:
        rates = client._service.caller._rate_state  # type: ignore[attr-defined]  # pyright: ignore

        def ask() -> None:
            assert client.chat.completions.create(model=MODEL, messages=HELLO).text == SAID
            client.deployments("abcd1234").queue_status()
            with client.deployments("abcd1234").connect() as websocket:
                websocket.send("hi")
                assert websocket.receive() is not None

        ask()
        for lock in (rates._lock, client._service.pacing._lock, HEARTBEAT._lock):
            with held_elsewhere(lock):
                assert in_a_fork(ask) == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_fork_does_not_wait_for_what_other_threads_hold() -> None:
    rates = RateState(Limits(requests_per_minute=60, tokens_per_minute=1000))
    reservation = rates.reserve(900.0, 0.0)
    rates.refused("path", 0.0, 5.0, 0.0, since=0.0, accepted=0)
    queue = rates.join_gate("path", GateWaiter(Wakeup()), refused=False)

    def check() -> None:
        assert len(queue) == 0
        assert isinstance(rates.reserve(900.0, 0.0), Reservation)

    assert in_a_fork(check) == 0
    assert len(queue) == 1
    assert isinstance(reservation, Reservation)
    assert not isinstance(rates.reserve(900.0, 0.0), Reservation)


def test_a_client_that_nobody_closed_is_told_of(transport: TransportName) -> None:
    with ScriptedServer([MODELS, Hold()]) as server:
        clients = [Client(api_key=KEY, base_url=server.url, transport=transport)]
        clients[0].models.list()
        with pytest.warns(ResourceWarning):
            drop(clients)
        assert server.wait_until_left(0)


def drop(things: list[Client]) -> None:
    things.clear()
    gc.collect()


@pytest.mark.parametrize("script", WAITING.values(), ids=WAITING)
def test_closing_ends_the_calls_of_other_threads(script: list[Action]) -> None:
    caught: list[BaseException] = []

    def call() -> None:
        try:
            with client.chat.completions.create(model=MODEL, messages=HELLO, stream=True) as stream:
                for _ in stream:
                    pass
        except BasetenError as error:
            caught.append(error)

    with ScriptedServer(script) as server:
        client = Client(api_key=KEY, base_url=server.url, transport="direct", max_retries=0)
        thread = threading.Thread(target=call)
        thread.start()
        server.wait_for_requests(1)
        client.close()
        thread.join(LONG)
        assert not thread.is_alive()
    assert isinstance(caught[0], ClientClosedError | APIConnectionError)
    with pytest.raises(ClientClosedError):
        client.models.list()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_closing_in_another_loop_ends_the_calls_of_this_one(backend: str) -> None:
    async def main(server: ScriptedServer) -> None:
        client = AsyncClient(api_key=KEY, base_url=server.url, transport="direct", max_retries=0)

        async def close() -> None:
            await to_thread.run_sync(server.wait_for_requests, 1)
            await to_thread.run_sync(anyio.run, client.aclose)

        with anyio.fail_after(LONG):
            async with anyio.create_task_group() as group:
                group.start_soon(close)
                with pytest.raises(ClientClosedError):
                    await client.models.list()

    with ScriptedServer([Read(), Hold()]) as server:
        anyio.run(main, server, backend=backend)


def test_closing_in_another_loop_while_this_one_stands_still() -> None:
    with ScriptedServer([MODELS, Hold()]) as server, asyncio.Runner() as runner:
        client = AsyncClient(api_key=KEY, base_url=server.url, transport="direct")

        async def ask() -> None:
            await client.models.list()

        runner.run(ask())
        thread = threading.Thread(target=anyio.run, args=(client.aclose,))
        thread.start()
        thread.join(LONG)
        assert server.wait_until_left(0)
