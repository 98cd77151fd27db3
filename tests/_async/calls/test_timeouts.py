"""Time limits, against a server that does exactly what it is told."""

from __future__ import annotations

import threading
import time

import pytest

from baseten_sdk import (
    APITimeoutError,
    AsyncChatStream,
    AsyncClient,
    ChatCompletionChunk,
    ConnectTimeout,
    DeadlineExceeded,
    Endpoints,
    FirstByteTimeout,
    IdleTimeout,
    Limits,
    Timeout,
)
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk._io.clock import AsyncClock
from tests._async.calling import CHUNK, HEAD, KEY, LONG, MODELS, SHORT, client_of, expect, stream_of
from tests.asking import HELLO, IDLE, MODEL
from tests.faults.scripted import (
    Action,
    Drip,
    Hold,
    More,
    Read,
    ScriptedServer,
    Send,
    event,
    events,
)
from tests.patience import growing

pytestmark = pytest.mark.anyio


async def exhaust(stream: AsyncChatStream, received: list[str]) -> None:
    """Read a stream to its end, which is an error; `received` gets the texts before it."""
    while True:
        received.append((await anext(stream)).text)


async def test_a_connection_that_is_never_made_times_out(transport: TransportName) -> None:
    with ScriptedServer([Hold()]) as server:
        base_url = server.url.replace("http:", "https:")
        async with AsyncClient(
            transport=transport, api_key=KEY, base_url=base_url, timeout=Timeout(connect=SHORT), max_retries=0
        ) as client:
            error = await expect(client, ConnectTimeout)
    assert isinstance(error, APITimeoutError)
    assert (error.phase, error.limit) == ("connect", SHORT)


async def test_a_reply_that_does_not_come_times_out(transport: TransportName) -> None:
    with ScriptedServer([Read(), Hold()]) as server:
        async with client_of(transport, server, first_byte=SHORT) as client:
            error = await expect(client, FirstByteTimeout)
            assert isinstance(error, APITimeoutError)
            assert isinstance(error, TimeoutError)
            assert (error.phase, error.limit, error.status_code) == ("first_byte", SHORT, None)
            assert "async_predict" in str(error)
            assert server.wait_until_left(0)


async def test_half_a_head_is_no_first_byte(transport: TransportName) -> None:
    with ScriptedServer([Send(b"HTTP/1.1 200 OK\r\nContent-"), Hold()]) as server:
        async with client_of(transport, server, first_byte=SHORT) as client:
            await expect(client, FirstByteTimeout)


async def test_silence_in_a_body_times_out(transport: TransportName) -> None:
    with ScriptedServer([Send(HEAD + b"{"), Hold()]) as server:
        async with client_of(transport, server, idle=SHORT) as client:
            error = await expect(client, IdleTimeout)
            assert isinstance(error, APITimeoutError)
            assert (error.phase, error.limit, error.status_code) == ("idle", SHORT, 200)
            assert server.wait_until_left(0)


async def test_a_dripping_body_extends_nothing(transport: TransportName) -> None:
    with ScriptedServer([Send(HEAD), Drip(b" " * 1000)]) as server:
        async with client_of(transport, server, idle=SHORT * 2) as client:
            await expect(client, IdleTimeout)


async def test_a_dripping_head_extends_nothing(bounded: TransportName) -> None:
    with ScriptedServer([Read(), Drip(HEAD + b" " * 1000)]) as server:
        async with client_of(bounded, server, first_byte=SHORT * 2) as client:
            await expect(client, FirstByteTimeout)
        async with client_of(bounded, server) as client:
            await expect(client, DeadlineExceeded, deadline=SHORT)


async def test_a_body_that_goes_on_is_not_idle(transport: TransportName) -> None:
    for limit in growing(0.2):
        script: list[Action] = [Send(b"HTTP/1.1 200 OK\r\nContent-Length: 40012\r\n\r\n")]
        for _ in range(8):
            script += [Hold(_Pause(limit / 4)), More(b" " * 5000)]
        gate = threading.Event()
        with ScriptedServer([*script, More(b'{"data": []}'), Hold(gate)]) as server:
            async with client_of(transport, server, idle=limit) as client:
                try:
                    assert len(await client.models.list()) == 0
                except IdleTimeout:
                    continue
                finally:
                    gate.set()
        break


@pytest.mark.parametrize(
    "script",
    [
        [Read(), Hold()],
        [Send(HEAD), Hold()],
        [Send(HEAD), Drip(b" " * 1000)],
    ],
)
async def test_a_number_bounds_the_whole_attempt(script: list[Action], transport: TransportName) -> None:
    for limit in growing(0.12):
        with ScriptedServer(script) as server:
            async with client_of(transport, server) as client:
                with pytest.raises(APITimeoutError, match=rf"the attempt limit of {limit:g} s") as caught:
                    await client.models.list(timeout=limit)
                assert IDLE in repr(client)
        assert caught.value.limit == limit
        assert caught.value.elapsed is not None
        assert 0.1 <= caught.value.elapsed < LONG
        if type(caught.value) in (FirstByteTimeout, IdleTimeout):
            break


@pytest.mark.parametrize(
    "script", [[Read(), Hold()], [Send(HEAD), Hold()], [Send(HEAD), Drip(b" " * 1000)]], ids=["head", "body", "drip"]
)
async def test_a_deadline_bounds_the_whole_call(script: list[Action], transport: TransportName) -> None:
    with ScriptedServer(script) as server:
        async with client_of(transport, server) as client:
            error = await expect(client, DeadlineExceeded, deadline=0.12)
    assert isinstance(error, APITimeoutError)
    assert error.limit == 0.12
    assert error.attempts == 1
    assert "The deadline of 0.12 s passed while" in str(error)


async def test_a_deadline_bounds_all_attempts_together(transport: TransportName) -> None:
    with ScriptedServer([Read(), Hold()]) as server:
        async with AsyncClient(
            transport=transport, api_key=KEY, base_url=server.url, timeout=Timeout(first_byte=10), max_retries=100
        ) as client:
            began = time.monotonic()
            with pytest.raises(DeadlineExceeded):
                await client.models.list(deadline=0.15)
            assert time.monotonic() - began < LONG


async def test_waiting_for_a_slot_counts_against_the_deadline(transport: TransportName) -> None:
    with ScriptedServer([events(CHUNK), Hold()], [MODELS]) as server:
        async with AsyncClient(
            transport=transport, api_key=KEY, base_url=server.url, limits=Limits(concurrency=1)
        ) as client:
            async with await stream_of(client) as stream:
                assert (await anext(stream)).text == "Hi"
                with pytest.raises(DeadlineExceeded, match="waiting for a slot") as caught:
                    await client.models.list(deadline=SHORT)
                assert caught.value.phase == "queue"
                assert caught.value.attempts == 1
                assert "<1 of 1 in flight, 0 waiting>" in repr(client)
            assert (await client.models.list(deadline=LONG))[0].id == "a/b"
            assert "<0 of 1 in flight, 0 waiting>" in repr(client)


async def test_waiting_for_a_slot_does_not_count_against_the_attempt(transport: TransportName) -> None:
    with ScriptedServer([events(CHUNK), Hold()], [MODELS]) as server:
        async with AsyncClient(
            transport=transport, api_key=KEY, base_url=server.url, limits=Limits(concurrency=1)
        ) as client:
            stream = await stream_of(client)
            with pytest.raises(DeadlineExceeded) as caught:
                await client.models.list(timeout=SHORT / 2, deadline=SHORT)
            assert caught.value.phase == "queue"
            await stream.aclose()


async def test_the_first_event_of_a_stream_must_come_in_time(transport: TransportName) -> None:
    with ScriptedServer([events(), Hold()]) as server:
        async with client_of(transport, server, first_byte=SHORT) as client:
            stream = await stream_of(client)
            with pytest.raises(FirstByteTimeout) as caught:
                await anext(stream)
            assert (caught.value.phase, caught.value.status_code) == ("first_byte", 200)
            assert caught.value.partial is None
            assert IDLE in repr(client)
            assert server.wait_until_left(0)


async def test_silence_in_a_stream_times_out_with_what_had_come(bounded: TransportName) -> None:
    with ScriptedServer([events(CHUNK), Hold()]) as server:
        async with client_of(bounded, server, idle=SHORT) as client:
            stream = await stream_of(client)
            with pytest.raises(IdleTimeout) as caught:
                await exhaust(stream, [])
            assert caught.value.limit == SHORT
            assert caught.value.partial is not None
            assert caught.value.partial.text == "Hi"
            assert caught.value.url is not None
            assert IDLE in repr(client)
            assert server.wait_until_left(0)


@pytest.mark.parametrize("ping", [b"6\r\n: hi\n\n\r\n", b"7\r\ndata:\n\n\r\n"], ids=["comment", "empty"])
async def test_pings_in_a_stream_extend_nothing(transport: TransportName, ping: bytes) -> None:
    script: list[Action] = [events(CHUNK)]
    for _ in range(200):
        script += [Drip(b"", 0), More(ping), Hold(_Pause(0.02))]
    with ScriptedServer(script) as server:
        async with client_of(transport, server, idle=SHORT) as client:
            stream = await stream_of(client)
            with pytest.raises(IdleTimeout):
                await exhaust(stream, [])
            assert IDLE in repr(client)


class _Pause(threading.Event):
    """An event that nobody sets, and for which nobody waits long."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    def wait(self, timeout: float | None = None) -> bool:
        return super().wait(self._seconds)


async def test_a_number_bounds_every_silence_of_a_stream_but_not_the_stream(transport: TransportName) -> None:
    for limit in growing(0.1):
        chunks: list[Action] = []
        for _ in range(8):
            chunks += [event(CHUNK), Hold(_Pause(limit / 5))]
        received: list[str] = []
        with ScriptedServer([events(), *chunks, Hold()]) as server:
            async with client_of(transport, server) as client:
                with pytest.raises(APITimeoutError) as caught:
                    await exhaust(
                        await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True, timeout=limit),
                        received,
                    )
        if received == ["Hi"] * 8:
            assert type(caught.value) is IdleTimeout
            return


async def test_a_deadline_bounds_a_stream(transport: TransportName) -> None:
    for limit in growing(0.15):
        chunks: list[Action] = []
        for _ in range(200):
            chunks += [event(CHUNK), Hold(_Pause(limit / 8))]
        with ScriptedServer([events(), *chunks]) as server:
            async with client_of(transport, server) as client:
                with pytest.raises(DeadlineExceeded) as caught:
                    await exhaust(
                        await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True, deadline=limit),
                        [],
                    )
                assert IDLE in repr(client)
        if caught.value.partial is not None:  # a chunk had come in time
            break


async def test_a_slow_reader_does_not_time_out(transport: TransportName) -> None:
    for limit in growing(SHORT):
        with ScriptedServer([events(CHUNK, CHUNK, "[DONE]", end=True), Hold()]) as server:
            async with client_of(transport, server, idle=limit, first_byte=limit) as client:
                try:
                    stream = await stream_of(client)
                except FirstByteTimeout:
                    continue
                received = [await used(chunk, limit * 1.5) async for chunk in stream]
        assert received == ["Hi", "Hi"]
        break


async def used(chunk: ChatCompletionChunk, seconds: float) -> str:
    """A chunk's text, after the time that its reader takes to use it."""
    await AsyncClock().sleep(seconds)
    return chunk.text


async def test_a_predict_stream_times_out_like_any_other(bounded: TransportName) -> None:
    head = Send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
    with ScriptedServer([head, Hold()]) as server:
        endpoints = Endpoints(model=f"http://127.0.0.1:{server.port}/{{model_id}}")
        async with AsyncClient(
            api_key=KEY, endpoints=endpoints, timeout=Timeout(idle=SHORT), transport=bounded
        ) as client:
            stream = client.deployments("abcd1234").stream_predict({})
            await stream.__aenter__()
            pieces = stream.text()
            assert await anext(pieces) == "abc"
            with pytest.raises(IdleTimeout):
                await anext(pieces)
            assert IDLE in repr(client)


async def test_a_silent_stream_under_a_plain_timeout_is_laid_to_that_timeout(transport: TransportName) -> None:
    for limit in growing(0.1):
        with ScriptedServer([events(CHUNK), Hold()]) as server:
            async with client_of(transport, server) as client:
                with pytest.raises(APITimeoutError, match=rf"the attempt limit of {limit:g} s") as caught:
                    await exhaust(
                        await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True, timeout=limit),
                        [],
                    )
                assert IDLE in repr(client)
        assert "timeout=" in str(caught.value)
        assert "Timeout(idle=" not in str(caught.value)
        if type(caught.value) is IdleTimeout:
            break
