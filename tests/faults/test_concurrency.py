"""Many tasks on one client, and tasks that are cancelled in the middle of whatever they do."""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable
from contextlib import suppress

import anyio
import anyio.lowlevel
import pytest

from baseten_sdk import APIConnectionError, AsyncClient, DeadlineExceeded, Limits
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk.emulator import Emulator
from tests.asking import HELLO, MODEL, SAID, behaving
from tests.faults.scripted import Hold, Read, ScriptedServer, Send, event, events, reply

pytestmark = pytest.mark.anyio

KEY = "abcd1234.0123456789abcdef"
CHUNK = '{"choices": [{"index": 0, "delta": {"content": "Hi"}}]}'
MODELS = reply(b'{"data": [{"id": "a/b"}]}')


def client_for(emu: Emulator, transport: TransportName, width: int) -> AsyncClient:
    return AsyncClient(
        api_key=emu.api_key, endpoints=emu.endpoints, limits=Limits(concurrency=width), transport=transport
    )


async def until(test: Callable[[], bool]) -> None:
    """Give other tasks their turn until something is so."""
    with anyio.fail_after(60):
        while not test():
            await anyio.lowlevel.checkpoint()


async def test_fifty_chats_run_in_a_task_group(emu: Emulator, transport: TransportName) -> None:
    answers: dict[int, str] = {}

    async def ask(number: int) -> None:
        completion = await client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": f"Say {number}"}]
        )
        answers[number] = completion.text

    async with client_for(emu, transport, 256) as client, anyio.create_task_group() as tasks:
        for number in range(50):
            tasks.start_soon(ask, number)
    assert answers == {number: str(number) for number in range(50)}


async def test_three_hundred_calls_share_twenty_places(emu: Emulator, transport: TransportName) -> None:
    answers: dict[int, object] = {}
    most = 0

    async def predict(number: int) -> None:
        nonlocal most
        answers[number] = await client.deployments("abcd1234").predict({"number": number})
        most = max(most, emu.connections)

    async with client_for(emu, transport, 20) as client:
        async with anyio.create_task_group() as tasks:
            for number in range(300):
                tasks.start_soon(predict, number)
        assert "<0 of 20 in flight, 0 waiting>" in repr(client)
    assert answers == {number: {"number": number} for number in range(300)}
    assert most <= 20
    assert len({request.client for request in emu.requests}) <= 20


async def test_streams_and_calls_in_a_crowd_never_mix(emu: Emulator, transport: TransportName) -> None:
    wrong: list[str] = []

    async def stream(number: int) -> None:
        text = f"{number} " * 5 + "end"
        async with await client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": f"Say {text}"}], stream=True
        ) as chunks:
            received = ""
            async for chunk in chunks:
                received += chunk.text
                if number % 3 == 0:
                    break
        if not (received == text or (number % 3 == 0 and text.startswith(received))):
            wrong.append(f"{number}: {received}")

    async with client_for(emu, transport, 8) as client:
        async with anyio.create_task_group() as tasks:
            for number in range(90):
                tasks.start_soon(stream, number)
        assert "<0 of 8 in flight, 0 waiting>" in repr(client)
    assert wrong == []


async def test_places_go_to_who_has_waited_longest(emu: Emulator, transport: TransportName) -> None:
    async def ask(number: int) -> None:
        await client.models.list(extra_query={"n": number})

    async with client_for(emu, transport, 1) as client:
        holder = await client.chat.completions.create(
            model=MODEL, messages=HELLO, stream=True, extra_headers=behaving("stall=4")
        )
        async with anyio.create_task_group() as tasks:
            for number in range(10):
                tasks.start_soon(ask, number)
                await until(lambda expected=number + 1: f"{expected} waiting" in repr(client))  # type: ignore[misc]  # a default binds the loop's value
            await holder.aclose()
    assert [request.query for request in emu.requests[1:]] == [f"n={number}" for number in range(10)]


async def cancelled(what: Callable[[], Awaitable[object]], when: Callable[[], bool]) -> None:
    """Run something in a task, and cancel it when something is so."""

    async def run() -> None:
        await what()
        pytest.fail("it was not cancelled")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(run)
        await until(when)
        tasks.cancel_scope.cancel()


async def test_cancelling_in_the_queue_leaves_no_place_taken(emu: Emulator, transport: TransportName) -> None:
    async with client_for(emu, transport, 1) as client:
        async with await client.chat.completions.create(
            model=MODEL, messages=HELLO, stream=True, extra_headers=behaving("stall=4")
        ):
            for _ in range(3):
                await cancelled(client.models.list, lambda: "1 waiting" in repr(client))
                assert "<1 of 1 in flight, 0 waiting>" in repr(client)
        assert "<0 of 1 in flight, 0 waiting>" in repr(client)
        assert (await client.chat.completions.create(model=MODEL, messages=HELLO)).text == SAID
    assert len(emu.requests) == 2


async def test_cancelling_while_connecting_leaves_no_place_taken(transport: TransportName) -> None:
    with ScriptedServer([Hold()]) as server:
        base_url = server.url.replace("http:", "https:")
        async with AsyncClient(
            api_key=KEY, base_url=base_url, limits=Limits(concurrency=1), transport=transport
        ) as client:
            for number in range(3):
                await cancelled(client.models.list, lambda: server.connections > number)  # noqa: B023
                assert "<0 of 1 in flight, 0 waiting>" in repr(client)
                assert transport == "httpx" or server.wait_until_left(number)
    gc.collect()


async def test_cancelling_while_waiting_for_the_reply_closes_the_connection(transport: TransportName) -> None:
    with ScriptedServer([Read(), Hold()], [Read(), Hold()], [MODELS]) as server:
        async with AsyncClient(
            api_key=KEY, base_url=server.url, limits=Limits(concurrency=1), transport=transport
        ) as client:
            for number in range(2):
                await cancelled(client.models.list, lambda: len(server.requests) > number)  # noqa: B023
                assert "<0 of 1 in flight, 0 waiting>" in repr(client)
                assert server.wait_until_left(number)
            assert (await client.models.list())[0].id == "a/b"


async def test_cancelling_in_the_middle_of_a_body_closes_the_connection(transport: TransportName) -> None:
    begun = Send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
    with ScriptedServer([begun, Hold()], [MODELS]) as server:
        async with AsyncClient(
            api_key=KEY, base_url=server.url, limits=Limits(concurrency=1), transport=transport
        ) as client:
            await cancelled(client.models.list, lambda: len(server.requests) > 0)
            assert "<0 of 1 in flight, 0 waiting>" in repr(client)
            assert server.wait_until_left(0)
            assert (await client.models.list())[0].id == "a/b"


async def test_cancelling_in_the_middle_of_a_stream_closes_the_connection(transport: TransportName) -> None:
    received: list[str] = []

    async def read() -> None:
        stream = await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
        async for chunk in stream:
            received.append(chunk.text)  # noqa: PERF401  # what came before the cancellation counts

    with ScriptedServer([events(CHUNK), event(CHUNK), Hold()], [MODELS]) as server:
        async with AsyncClient(
            api_key=KEY, base_url=server.url, limits=Limits(concurrency=1), transport=transport
        ) as client:
            await cancelled(read, lambda: len(received) == 2)
            assert "<0 of 1 in flight, 0 waiting>" in repr(client)
            assert server.wait_until_left(0)
            assert (await client.models.list())[0].id == "a/b"


async def test_cancelling_during_a_wait_between_attempts_holds_no_place(
    emu: Emulator, transport: TransportName
) -> None:
    async with client_for(emu, transport, 1) as client:

        async def fail() -> None:
            await client.models.list(extra_headers=behaving("status=503, retry-after=100"))

        await cancelled(fail, lambda: any(request.finished for request in emu.requests))
        assert "<0 of 1 in flight, 0 waiting>" in repr(client)
        assert len(await client.models.list()) > 0


async def test_a_crowd_that_is_cancelled_leaves_a_client_that_works(emu: Emulator, transport: TransportName) -> None:
    async with client_for(emu, transport, 10) as client:
        for _ in range(3):
            already = len(emu.requests)
            async with anyio.create_task_group() as tasks:
                for number in range(60):
                    spec = ("hang", "cut=10, delay=1", "stall=20", "delay=2")[number % 4]
                    tasks.start_soon(_ignore_failure, client, spec)
                await until(lambda: len(emu.requests) > already + 10)  # noqa: B023
                tasks.cancel_scope.cancel()
            assert "<0 of 10 in flight, 0 waiting>" in repr(client)
        answers: list[int] = []

        async def count() -> None:
            answers.append(len(await client.models.list()))

        async with anyio.create_task_group() as tasks:
            for _ in range(30):
                tasks.start_soon(count)
        assert len(answers) == 30
    gc.collect()


async def _ignore_failure(client: AsyncClient, spec: str) -> None:
    with suppress(APIConnectionError):
        await client.models.list(extra_headers=behaving(spec), max_retries=0)


async def test_a_deadline_in_a_crowd_ends_those_who_wait(emu: Emulator, transport: TransportName) -> None:
    expired = 0

    async def hurry() -> None:
        nonlocal expired
        with pytest.raises(DeadlineExceeded):
            await client.models.list(deadline=0.1)
        expired += 1

    async with client_for(emu, transport, 2) as client:
        streams = [
            await client.chat.completions.create(
                model=MODEL, messages=HELLO, stream=True, extra_headers=behaving("stall=2")
            )
            for _ in range(2)
        ]
        async with anyio.create_task_group() as tasks:
            for _ in range(100):
                tasks.start_soon(hurry)
        assert expired == 100
        assert "<2 of 2 in flight, 0 waiting>" in repr(client)
        for stream in streams:
            await stream.aclose()
        assert "<0 of 2 in flight, 0 waiting>" in repr(client)
        assert len(await client.models.list()) > 0
