"""Connections that break, and replies that are none, from a server that does exactly what it is told."""

from __future__ import annotations

import gc
import json
import threading
import time

import pytest

from baseten_sdk import (
    APIConnectionError,
    APIStatusError,
    AsyncClient,
    BadRequestError,
    Limits,
    RateLimitError,
    ResponseValidationError,
    StreamAPIError,
    StreamInterrupted,
)
from baseten_sdk._core.policy.transport_choice import TransportName
from tests._async.calling import CHUNK, HEAD, KEY, LONG, MODELS, ONCE_MORE, SHORT, client_of, expect, stream_of
from tests.asking import IDLE
from tests.faults.scripted import (
    Action,
    Hold,
    More,
    Read,
    Reset,
    ScriptedServer,
    Send,
    Tell,
    events,
    refusing_port,
    reply,
)

pytestmark = pytest.mark.anyio


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


async def test_a_server_that_speaks_no_tls_is_a_connection_error(transport: TransportName) -> None:
    with ScriptedServer([More(b"HTTP/1.1 400 Bad Request\r\n\r\n"), Hold()]) as server:
        base_url = server.url.replace("http:", "https:")
        async with AsyncClient(transport=transport, api_key=KEY, base_url=base_url, max_retries=0) as client:
            error = await expect(client, APIConnectionError)
    assert error.phase == "connect"


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


async def test_a_stream_without_the_end_of_its_body_is_closed_after_done(bounded: TransportName) -> None:
    with ScriptedServer([events(CHUNK, "[DONE]"), Hold()], [MODELS]) as server:
        async with client_of(bounded, server) as client:
            began = time.monotonic()
            async with await stream_of(client) as stream:
                assert [chunk.text async for chunk in stream] == ["Hi"]
            assert time.monotonic() - began < LONG
            assert server.wait_until_left(0)
            assert len(await client.models.list()) == 1
            assert server.connections == 2


async def test_a_key_that_rotated_meanwhile_is_in_no_error_either(transport: TransportName) -> None:
    echo = json.dumps({"error": {"message": f"You sent {KEY}."}})
    keys = iter([KEY, "another.0123456789abcdef"])
    with ScriptedServer([events(CHUNK, echo)], [MODELS]) as server:
        async with (
            AsyncClient(api_key=lambda: next(keys), base_url=server.url, transport=transport) as client,
            await stream_of(client) as stream,
        ):
            await anext(stream)
            assert len(await client.models.list()) == 1
            with pytest.raises(StreamAPIError, match=r"You sent \[the API key\]") as caught:
                await anext(stream)
    assert KEY not in f"{caught.value!s} {caught.value!r} {vars(caught.value)}"


async def test_no_secret_of_a_header_of_yours_is_in_an_error(transport: TransportName) -> None:
    own = {
        "authorization": "Bearer other.0123456789abcdef",
        "x-gateway-key": "gate.0123456789abcdef",
        "x-plain": "plain-text",
    }
    said = f"You sent {' and '.join(own.values())}."
    echo = json.dumps({"error": {"message": said}})
    refused = f"HTTP/1.1 400 Bad Request\r\ncontent-length: {len(said)}\r\n\r\n{said}".encode()
    with ScriptedServer([events(CHUNK, echo)], [Send(refused)]) as server:
        async with AsyncClient(
            api_key=KEY, base_url=server.url, transport=transport, default_headers=own, max_retries=0
        ) as client:
            async with await stream_of(client) as stream:
                await anext(stream)
                with pytest.raises(StreamAPIError) as streamed:
                    await anext(stream)
            with pytest.raises(BadRequestError) as whole:
                await client.models.list()
    for error in (streamed.value, whole.value):
        assert "You sent Bearer [hidden] and [hidden] and plain-text." in str(error)
        assert "0123456789abcdef" not in f"{error!s} {error!r} {vars(error)}"
