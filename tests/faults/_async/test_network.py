"""What a network or a broken server can do to one call: a typed error that names the phase, within its limit, and a
client that works as before."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from baseten_sdk import (
    APIConnectionError,
    APITimeoutError,
    AsyncClient,
    ConnectTimeout,
    DeadlineExceeded,
    FirstByteTimeout,
    InternalServerError,
    PayloadTooLargeError,
    StreamInterrupted,
    Timeout,
)
from baseten_sdk._core.policy.transport_choice import TransportName
from tests._async.calling import CHUNK, KEY, LONG, MODELS, SHORT, client_of, expect, stream_of
from tests.asking import IDLE
from tests.faults.black_holes import black_hole, resolving
from tests.faults.scripted import Action, Drip, Hold, More, Read, Reset, ScriptedServer, Send, events, refusing_port

pytestmark = pytest.mark.anyio

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
FAILED = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 1000\r\n\r\noops"

NO_HEAD: dict[str, bytes] = {
    "status-99": b"HTTP/1.1 99 Low\r\nContent-Length: 2\r\n\r\n{}",
    "negative-length": OK + b"Content-Length: -5\r\n\r\n{}",
    "enormous-length": OK + b"Content-Length: 99999999999999999999999\r\n\r\n{}",
    "two-lengths": OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "header-with-nul": OK + b"X: a\0b\r\nContent-Length: 2\r\n\r\n{}",
    "blank-before-colon": OK + b"X : a\r\nContent-Length: 2\r\n\r\n{}",
    "long-head": OK + b"X: " + b"a" * 200_000,
    "switch": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
}

NO_BODY: dict[str, bytes] = {
    "chunk-size-negative": CHUNKED + b"-5\r\nhello\r\n",
    "chunk-size-garbage": CHUNKED + b"zz\r\n",
    "chunk-too-short": CHUNKED + b"2\r\n{}xx\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("data", NO_HEAD.values(), ids=NO_HEAD)
async def test_a_head_that_is_none_is_a_connection_error(data: bytes, transport: TransportName) -> None:
    with ScriptedServer([Send(data), Hold()], [MODELS]) as server:
        async with client_of(transport, server, first_byte=LONG) as client:
            error = await expect(client, APIConnectionError)
            assert error.phase == "first_byte"
            assert len(await client.models.list()) == 1


@pytest.mark.parametrize("data", NO_BODY.values(), ids=NO_BODY)
async def test_a_body_that_is_none_is_a_connection_error(data: bytes, transport: TransportName) -> None:
    with ScriptedServer([Send(data), Hold()], [MODELS]) as server:
        async with client_of(transport, server, idle=LONG) as client:
            error = await expect(client, APIConnectionError)
            assert (error.phase, error.status_code) == ("idle", 200)
            assert len(await client.models.list()) == 1


@pytest.mark.parametrize(
    "rest",
    [[Hold()], [Drip(b"x" * 1000)], [], [Reset()], [More(b"\r\n" * 50), Hold()]],
    ids=["stalled", "dripping", "cut", "reset", "blank"],
)
async def test_an_error_status_is_kept_whatever_its_body_does(rest: list[Action], transport: TransportName) -> None:
    with ScriptedServer([Send(FAILED), *rest]) as server:
        async with client_of(transport, server, idle=SHORT) as client:
            began = time.monotonic()
            with pytest.raises(InternalServerError) as caught:
                await client.models.list()
            assert time.monotonic() - began < LONG
            assert IDLE in repr(client)
    assert caught.value.status_code == 500


async def test_an_error_status_is_kept_where_its_body_is_garbage(transport: TransportName) -> None:
    garbage = Send(b"HTTP/1.1 500 Internal Server Error\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
    with ScriptedServer([garbage, Hold()]) as server:
        async with client_of(transport, server) as client:
            with pytest.raises(InternalServerError):
                await client.models.list()


async def test_the_body_of_an_error_is_not_waited_for_as_long_as_another(
    transport: TransportName, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("baseten_sdk._async.calls.opened.ERROR_BODY", SHORT)
    with ScriptedServer([Send(FAILED), Drip(b"x" * 1000)]) as server:
        async with client_of(transport, server) as client:
            began = time.monotonic()
            with pytest.raises(InternalServerError):
                await client.models.list()
            assert time.monotonic() - began < LONG


async def test_what_was_good_before_the_garbage_counts(transport: TransportName) -> None:
    with ScriptedServer([Send(events(CHUNK).data + b"zz\r\n"), Hold()]) as server:
        async with client_of(transport, server) as client:
            stream = await stream_of(client)
            assert (await anext(stream)).text == "Hi"
            with pytest.raises(StreamInterrupted) as caught:
                await anext(stream)
            assert caught.value.partial is not None
            assert IDLE in repr(client)


@pytest.mark.parametrize("data", [OK + b"X-Slow: " + b"a" * 500, b"HTTP/1.1 102 Processing\r\n\r\n" * 20])
async def test_a_dripping_head_extends_nothing(data: bytes, bounded: TransportName) -> None:
    with ScriptedServer([Read(), Drip(data, 0.01)], [MODELS]) as server:
        async with client_of(bounded, server, first_byte=SHORT) as client:
            await expect(client, FirstByteTimeout)
            assert len(await client.models.list(timeout=Timeout())) == 1


async def test_a_flood_of_interim_replies_is_bounded() -> None:
    flood = [More(b"HTTP/1.1 102 Processing\r\n\r\n" * 1000)] * 100
    with ScriptedServer([Read(), *flood, Hold()], [MODELS]) as server:
        async with client_of("direct", server) as client:
            error = await expect(client, APIConnectionError)
            assert "interim replies" in str(error)
            assert len(await client.models.list()) == 1


async def test_a_reply_that_comes_before_all_was_sent_is_read() -> None:
    refusal = b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}"
    over = threading.Event()
    with ScriptedServer([More(refusal), Hold(over)], [MODELS]) as server:
        async with client_of("direct", server, write=LONG * 2) as client:
            began = time.monotonic()
            with pytest.raises(PayloadTooLargeError):
                await client.request("POST", "files", content=bytes(30_000_000))
            assert time.monotonic() - began < LONG
            assert len(await client.models.list()) == 1
            assert server.connections == 2
            over.set()


# httpx leaves the iterator of a body half way that it could not send.
@pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")
async def test_a_server_that_takes_nothing_is_not_written_to_for_ever(transport: TransportName) -> None:
    over = threading.Event()
    with ScriptedServer([Hold(over)], [MODELS]) as server:
        async with client_of(transport, server, write=SHORT, first_byte=LONG) as client:
            with pytest.raises(APITimeoutError) as caught:
                await client.request("POST", "files", content=bytes(30_000_000))
            assert caught.value.phase == "write"
            assert caught.value.limit == SHORT
            assert len(await client.models.list()) == 1
            over.set()


def named(**limits: float) -> AsyncClient:
    return AsyncClient(
        transport="direct", api_key=KEY, base_url="http://some.test/v1", timeout=Timeout(**limits), max_retries=0
    )


async def test_an_address_that_never_answers_costs_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    with black_hole() as hole, ScriptedServer([MODELS]) as server:
        resolving(monkeypatch, hole, server.port)
        async with named(connect=LONG * 2) as client:
            began = time.monotonic()
            assert len(await client.models.list()) == 1
            assert time.monotonic() - began < LONG


async def test_an_address_that_refuses_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer([MODELS]) as server:
        resolving(monkeypatch, refusing_port(), server.port)
        monkeypatch.setattr("baseten_sdk._io.connecting.STAGGER", LONG * 2)
        async with named(connect=LONG) as client:
            assert len(await client.models.list()) == 1


async def test_addresses_that_all_fail_are_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, refusing_port(), refusing_port())
    async with named() as client:
        error = await expect(client, APIConnectionError)
    assert error.phase == "connect"
    assert "refused" in str(error)


async def test_addresses_that_never_answer_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with black_hole() as hole:
        resolving(monkeypatch, hole, hole)
        async with named(connect=SHORT) as client:
            error = await expect(client, ConnectTimeout)
            assert error.phase == "connect"
            await expect(client, DeadlineExceeded, deadline=SHORT / 2)


async def test_a_name_that_is_not_resolved_in_time_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()

    def resolve(host: str, port: int, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0) -> list[object]:
        if flags & socket.AI_NUMERICHOST:
            raise socket.gaierror(socket.EAI_NONAME, "this is no number")  # trio looks for one first, without a thread
        done.wait(LONG)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    try:
        async with named(connect=SHORT) as client:
            await expect(client, ConnectTimeout)
    finally:
        done.set()


async def test_a_name_that_does_not_exist_is_a_connection_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    async with named() as client:
        error = await expect(client, APIConnectionError)
    assert error.phase == "connect"
    assert "name or service not known" in str(error)
