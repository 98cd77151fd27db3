"""Time limits and broken connections, against a server that does exactly what it is told."""

from __future__ import annotations

import gc
import threading
import time

import pytest

from baseten_sdk import (
    APIConnectionError,
    APIStatusError,
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
    RateLimitError,
    ResponseValidationError,
    Retry,
    StreamInterrupted,
    Timeout,
)
from baseten_sdk._core.transport_choice import TransportName
from baseten_sdk._io.clock import AsyncClock
from tests.asking import HELLO, IDLE, MODEL
from tests.faults.scripted import (
    Action,
    Drip,
    Hold,
    More,
    Read,
    Reset,
    ScriptedServer,
    Send,
    Tell,
    event,
    events,
    refusing_port,
    reply,
)

pytestmark = pytest.mark.anyio

KEY = "abcd1234.0123456789abcdef"
ONCE_MORE = Retry(max_retries=1, initial=0.001)
SHORT = 0.08
LONG = 2.0
"""Seconds that no test reaches: what takes so long was not bounded."""

MODELS = reply(b'{"data": [{"id": "a/b"}]}')
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
CHUNK = '{"choices": [{"index": 0, "delta": {"content": "Hi"}}]}'


def client_of(transport: TransportName, server: ScriptedServer, **limits: float) -> AsyncClient:
    return AsyncClient(api_key=KEY, base_url=server.url, timeout=Timeout(**limits), max_retries=0, transport=transport)


async def expect(client: AsyncClient, kind: type[APIConnectionError], **options: float) -> APIConnectionError:
    """A call that must fail in this way, in time, and leave nothing behind."""
    began = time.monotonic()
    with pytest.raises(kind) as caught:
        await client.models.list(**options)
    assert type(caught.value) is kind
    assert time.monotonic() - began < LONG
    assert IDLE in repr(client)
    return caught.value


async def stream_of(client: AsyncClient) -> AsyncChatStream:
    return await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)


async def exhaust(stream: AsyncChatStream, received: list[str]) -> None:
    """Read a stream to its end, which is an error; `received` gets the texts before it."""
    while True:
        received.append((await anext(stream)).text)


async def test_a_refused_connection_is_tried_again_and_named(transport: TransportName) -> None:
    base_url = f"http://127.0.0.1:{refusing_port()}/v1"
    async with AsyncClient(transport=transport, api_key=KEY, base_url=base_url, retry=ONCE_MORE) as client:
        with pytest.raises(APIConnectionError) as caught:
            await client.models.list()
        assert IDLE in repr(client)
    assert type(caught.value) is APIConnectionError
    assert caught.value.phase == "connect"
    assert caught.value.status_code is None
    assert caught.value.attempts == 2
    assert "base URL" in str(caught.value)
    assert KEY not in str(caught.value)


async def test_a_connection_that_is_never_made_times_out(transport: TransportName) -> None:
    with ScriptedServer([Hold()]) as server:
        base_url = server.url.replace("http:", "https:")
        async with AsyncClient(
            transport=transport, api_key=KEY, base_url=base_url, timeout=Timeout(connect=SHORT), max_retries=0
        ) as client:
            error = await expect(client, ConnectTimeout)
    assert isinstance(error, APITimeoutError)
    assert (error.phase, error.limit) == ("connect", SHORT)


async def test_a_server_that_speaks_no_tls_is_a_connection_error(transport: TransportName) -> None:
    with ScriptedServer([More(b"HTTP/1.1 400 Bad Request\r\n\r\n"), Hold()]) as server:
        base_url = server.url.replace("http:", "https:")
        async with AsyncClient(transport=transport, api_key=KEY, base_url=base_url, max_retries=0) as client:
            error = await expect(client, APIConnectionError)
    assert error.phase == "connect"


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


# unasync: remove
# Blocking code cannot end a read from outside: there, each read is bounded, and their sum by the attempt's limit alone.
async def test_a_dripping_body_extends_nothing(transport: TransportName) -> None:
    with ScriptedServer([Send(HEAD), Drip(b" " * 1000)]) as server:
        async with client_of(transport, server, idle=SHORT * 2) as client:
            await expect(client, IdleTimeout)


async def test_a_dripping_head_extends_nothing(transport: TransportName) -> None:
    with ScriptedServer([Read(), Drip(HEAD + b" " * 1000)]) as server:
        async with client_of(transport, server, first_byte=SHORT * 2) as client:
            await expect(client, FirstByteTimeout)


# unasync: end
async def test_a_body_that_goes_on_is_not_idle(transport: TransportName) -> None:
    piece = b" " * 5000
    script: list[Action] = [Send(b"HTTP/1.1 200 OK\r\nContent-Length: 25012\r\n\r\n")]
    gate = threading.Event()
    for _ in range(5):
        script += [Drip(b"", 0), More(piece)]
    script += [More(b'{"data": []}'), Hold(gate)]
    with ScriptedServer(script) as server:
        async with client_of(transport, server, idle=1.0) as client:
            assert len(await client.models.list()) == 0
        gate.set()


@pytest.mark.parametrize(
    "script",
    [
        [Read(), Hold()],
        [Send(HEAD), Hold()],
        [Send(HEAD), Drip(b" " * 1000)],
        [Read(), Drip(HEAD + b" " * 1000)],
    ],
)
async def test_a_number_bounds_the_whole_attempt(script: list[Action], transport: TransportName) -> None:
    with ScriptedServer(script) as server:
        async with client_of(transport, server) as client:
            with pytest.raises(APITimeoutError, match=r"the attempt limit of 0\.12 s") as caught:
                await client.models.list(timeout=0.12)
            assert IDLE in repr(client)
    assert type(caught.value) in (FirstByteTimeout, IdleTimeout)
    assert caught.value.limit == 0.12
    assert caught.value.elapsed is not None
    assert 0.1 <= caught.value.elapsed < LONG


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
            transport=transport, api_key=KEY, base_url=server.url, timeout=Timeout(first_byte=10), retry=ONCE_MORE00
        ) as client:
            began = time.monotonic()
            with pytest.raises(DeadlineExceeded):
                await client.models.list(deadline=0.15)
            assert time.monotonic() - began < LONG


async def test_waiting_for_a_place_counts_against_the_deadline(transport: TransportName) -> None:
    with ScriptedServer([events(CHUNK), Hold()], [MODELS]) as server:
        async with AsyncClient(
            transport=transport, api_key=KEY, base_url=server.url, limits=Limits(concurrency=1)
        ) as client:
            async with await stream_of(client) as stream:
                assert (await anext(stream)).text == "Hi"
                with pytest.raises(DeadlineExceeded, match="waiting for a place") as caught:
                    await client.models.list(deadline=SHORT)
                assert caught.value.phase == "queue"
                assert caught.value.attempts == 1
                assert "<1 of 1 in flight, 0 waiting>" in repr(client)
            assert (await client.models.list(deadline=LONG))[0].id == "a/b"
            assert "<0 of 1 in flight, 0 waiting>" in repr(client)


async def test_waiting_for_a_place_does_not_count_against_the_attempt(transport: TransportName) -> None:
    with ScriptedServer([events(CHUNK), Hold()], [MODELS]) as server:
        async with AsyncClient(
            transport=transport, api_key=KEY, base_url=server.url, limits=Limits(concurrency=1)
        ) as client:
            stream = await stream_of(client)
            with pytest.raises(DeadlineExceeded) as caught:
                await client.models.list(timeout=SHORT / 2, deadline=SHORT)
            assert caught.value.phase == "queue"
            await stream.aclose()


@pytest.mark.parametrize("rest", [[Hold()], [], [Reset()]], ids=["stalled", "cut", "reset"])
async def test_an_error_status_stays_one_whatever_becomes_of_its_body(
    rest: list[Action], transport: TransportName
) -> None:
    head = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 1000\r\n\r\n"
    with ScriptedServer([Send(head + b'{"error": "slow down'), *rest]) as server:
        async with client_of(transport, server, idle=SHORT) as client:
            with pytest.raises(RateLimitError) as caught:
                await client.models.list()
            assert IDLE in repr(client)
            with pytest.raises(RateLimitError):
                await stream_of(client)
            assert IDLE in repr(client)
    assert caught.value.retry_after == 7
    assert b'{"error": "slow down'.startswith(caught.value.raw)


async def test_an_endless_error_body_is_cut_off(transport: TransportName) -> None:
    head = b"HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\n"
    piece = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    with ScriptedServer([Send(head), *[More(piece)] * 4, Hold()]) as server:
        async with client_of(transport, server, idle=30) as client:
            with pytest.raises(APIStatusError) as caught:
                await client.models.list()
            assert server.wait_until_left(0)
    assert caught.value.raw == b"x" * 65536


async def test_a_reply_that_is_too_large_is_refused(transport: TransportName) -> None:
    body = b"[" + b"1," * 1000 + b"1]"
    with ScriptedServer([reply(body)], [MODELS]) as server:
        async with AsyncClient(
            transport=transport, api_key=KEY, base_url=server.url, limits=Limits(body=1000)
        ) as client:
            with pytest.raises(ResponseValidationError, match=r"Limits\(body=1000\)"):
                await client.models.list()
            assert len(await client.models.list()) == 1


BROKEN: list[tuple[list[Action], str, int | None]] = [
    ([Read()], "first_byte", None),
    ([Read(), Reset()], "first_byte", None),
    ([Send(b"HTTP/1.1 200 OK\r\nContent-Le")], "first_byte", None),
    ([Send(b"HTTP/1.1 200 OK\r\nContent-Le"), Reset()], "first_byte", None),
    ([Send(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")], "first_byte", None),
    ([Send(b"HTTP/1.1 two hundred\r\n\r\n")], "first_byte", None),
    ([Send(b"\x16\x03\x01\x00\x00\x01")], "first_byte", None),
    ([Send(b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n")], "first_byte", None),
    ([Send(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}")], "first_byte", None),
    ([Send(HEAD)], "idle", 200),
    ([Send(HEAD + b'{"data": [')], "idle", 200),
    ([Send(HEAD + b'{"data": []}')], "idle", 200),
    ([Send(HEAD + b"{"), Reset()], "idle", 200),
    ([Send(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nc\r\n{"data": []}\r\n')], "idle", 200),
    ([Send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")], "idle", 200),
]


@pytest.mark.parametrize(("script", "phase", "status"), BROKEN)
async def test_a_broken_connection_is_a_typed_error_with_its_phase(
    script: list[Action], phase: str, status: int | None, transport: TransportName
) -> None:
    with ScriptedServer(script, [MODELS]) as server:
        async with client_of(transport, server) as client:
            error = await expect(client, APIConnectionError)
            assert len(await client.models.list()) == 1
            assert server.connections == 2
    assert (error.phase, error.status_code) == (phase, status)
    assert error.attempts == 1
    assert error.method == "GET"
    assert error.url == f"http://127.0.0.1:{server.port}/v1/models"
    assert KEY not in f"{error!s} {error!r} {vars(error)}"


@pytest.mark.parametrize(("script", "phase", "status"), BROKEN)
async def test_only_what_broke_before_the_reply_is_tried_again(
    script: list[Action], phase: str, status: int | None, transport: TransportName
) -> None:
    with ScriptedServer(script, [MODELS]) as server:
        async with AsyncClient(transport=transport, api_key=KEY, base_url=server.url, retry=ONCE_MORE) as client:
            if phase == "first_byte":
                assert (await client.models.list()).meta.attempts == 2
            else:
                await expect(client, APIConnectionError)
                assert server.connections == 1


# httpx leaves its inner iterators half way when decoding fails.
@pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")
async def test_a_body_that_cannot_be_decoded_is_not_tried_again(transport: TransportName) -> None:
    nonsense = Send(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope")
    with ScriptedServer([nonsense], [MODELS]) as server:
        async with AsyncClient(api_key=KEY, base_url=server.url, transport=transport) as client:
            error = await expect(client, APIConnectionError)
            assert (error.phase, error.status_code, error.permanent) == ("idle", 200, True)
            assert server.connections == 1
            assert len(await client.models.list()) == 1
    gc.collect()


async def test_a_connection_that_was_closed_while_idle_is_replaced(transport: TransportName) -> None:
    with ScriptedServer([MODELS], [MODELS, MODELS]) as server:
        async with AsyncClient(transport=transport, api_key=KEY, base_url=server.url) as client:
            for _ in range(3):
                assert len(await client.models.list()) == 1
    assert server.connections == 2
    assert len(server.requests) == 3


async def test_a_body_without_a_length_ends_with_the_connection(transport: TransportName) -> None:
    with ScriptedServer([Send(b'HTTP/1.1 200 OK\r\n\r\n{"data": []}')]) as server:
        async with client_of(transport, server) as client:
            assert len(await client.models.list()) == 0


async def test_a_reply_of_http_1_0_is_read(transport: TransportName) -> None:
    with ScriptedServer([Send(b'HTTP/1.0 200 OK\r\nContent-Length: 12\r\n\r\n{"data": []}')]) as server:
        async with client_of(transport, server) as client:
            assert len(await client.models.list()) == 0


async def test_an_interim_reply_is_not_the_reply(transport: TransportName) -> None:
    with ScriptedServer([Send(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + MODELS.data)]) as server:
        async with client_of(transport, server) as client:
            assert len(await client.models.list()) == 1


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


async def test_silence_in_a_stream_times_out_with_what_had_come(transport: TransportName) -> None:
    with ScriptedServer([events(CHUNK), Hold()]) as server:
        async with client_of(transport, server, idle=SHORT) as client:
            stream = await stream_of(client)
            with pytest.raises(IdleTimeout) as caught:
                await exhaust(stream, [])
            assert caught.value.limit == SHORT
            assert caught.value.partial is not None
            assert caught.value.partial.text == "Hi"
            assert caught.value.url is not None
            assert IDLE in repr(client)
            assert server.wait_until_left(0)


async def test_pings_in_a_stream_extend_nothing(transport: TransportName) -> None:
    ping = b"6\r\n: hi\n\n\r\n"
    script: list[Action] = [events(CHUNK)]
    for _ in range(200):
        script += [Drip(b"", 0), More(ping), Hold(_Pause())]
    with ScriptedServer(script) as server:
        async with client_of(transport, server, idle=SHORT) as client:
            stream = await stream_of(client)
            with pytest.raises(IdleTimeout):
                await exhaust(stream, [])
            assert IDLE in repr(client)


class _Pause(threading.Event):
    """An event that nobody sets, and for which nobody waits long."""

    def wait(self, timeout: float | None = None) -> bool:
        return super().wait(0.02)


async def test_a_number_bounds_every_silence_of_a_stream_but_not_the_stream(transport: TransportName) -> None:
    chunks: list[Action] = []
    for _ in range(8):
        chunks += [event(CHUNK), Hold(_Pause())]
    with ScriptedServer([events(), *chunks, Hold()]) as server:
        async with client_of(transport, server) as client:
            stream = await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True, timeout=0.12)
            received: list[str] = []
            with pytest.raises(IdleTimeout):
                await exhaust(stream, received)
    assert received == ["Hi"] * 8


async def test_a_deadline_bounds_a_stream(transport: TransportName) -> None:
    chunks: list[Action] = []
    for _ in range(200):
        chunks += [event(CHUNK), Hold(_Pause())]
    with ScriptedServer([events(), *chunks]) as server:
        async with client_of(transport, server) as client:
            stream = await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True, deadline=0.15)
            with pytest.raises(DeadlineExceeded) as caught:
                await exhaust(stream, [])
            assert caught.value.partial is not None
            assert IDLE in repr(client)


async def test_a_slow_reader_does_not_time_out(transport: TransportName) -> None:
    with ScriptedServer([events(CHUNK, CHUNK, "[DONE]", end=True), Hold()]) as server:
        async with client_of(transport, server, idle=SHORT, first_byte=SHORT) as client:
            stream = await stream_of(client)
            received = [await used(chunk) async for chunk in stream]
    assert received == ["Hi", "Hi"]


async def used(chunk: ChatCompletionChunk) -> str:
    """A chunk's text, after the time that its reader takes to use it."""
    await AsyncClock().sleep(SHORT * 1.5)
    return chunk.text


@pytest.mark.parametrize("rest", [[], [Reset()], [More(b"zz\r\n")]], ids=["cut", "reset", "garbage"])
async def test_a_stream_that_breaks_is_interrupted(rest: list[Action], transport: TransportName) -> None:
    seen = threading.Event()
    with ScriptedServer([events(CHUNK), Hold(seen), *rest], [MODELS]) as server:
        async with client_of(transport, server) as client:
            stream = await stream_of(client)
            assert (await anext(stream)).text == "Hi"
            seen.set()
            with pytest.raises(StreamInterrupted) as caught:
                await anext(stream)
            assert caught.value.partial is not None
            assert caught.value.partial.text == "Hi"
            assert IDLE in repr(client)
            assert len(await client.models.list()) == 1


async def test_bytes_that_nobody_asked_for_are_not_the_next_callers(transport: TransportName) -> None:
    done, said = threading.Event(), threading.Event()
    surplus = More(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    with ScriptedServer([MODELS, Hold(done), surplus, Tell(said), Hold()], [MODELS]) as server:
        async with client_of(transport, server) as client:
            assert (await client.models.list())[0].id == "a/b"
            done.set()
            assert said.wait(LONG)
            assert (await client.models.list())[0].id == "a/b"
            assert server.connections == 2


async def test_a_stream_without_the_end_of_its_body_is_closed_after_done(transport: TransportName) -> None:
    with ScriptedServer([events(CHUNK, "[DONE]"), Hold()], [MODELS]) as server:
        async with client_of(transport, server) as client:
            began = time.monotonic()
            async with await stream_of(client) as stream:
                assert [chunk.text async for chunk in stream] == ["Hi"]
            assert time.monotonic() - began < LONG
            assert server.wait_until_left(0)
            assert len(await client.models.list()) == 1
            assert server.connections == 2


async def test_a_predict_stream_times_out_like_any_other(transport: TransportName) -> None:
    head = Send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
    with ScriptedServer([head, Hold()]) as server:
        endpoints = Endpoints(model=f"http://127.0.0.1:{server.port}/{{model_id}}")
        async with AsyncClient(
            api_key=KEY, endpoints=endpoints, timeout=Timeout(idle=SHORT), transport=transport
        ) as client:
            stream = client.deployments("abcd1234").stream_predict({})
            await stream.__aenter__()
            pieces = stream.text()
            assert await anext(pieces) == "abc"
            with pytest.raises(IdleTimeout):
                await anext(pieces)
            assert IDLE in repr(client)
