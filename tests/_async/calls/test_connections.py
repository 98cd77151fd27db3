"""Connections: which are used again, and that no reply reaches a call that did not ask for it."""

from __future__ import annotations

import gzip
import threading

import pytest

from baseten_sdk import (
    APIConnectionError,
    APIStatusError,
    AsyncClient,
    InternalServerError,
    Limits,
    ResponseValidationError,
    Retry,
    RetryEvent,
)
from baseten_sdk._core.policy.transport_choice import TransportName
from tests._async.calling import KEY, client_of
from tests.faults.scripted import Action, Close, Hold, More, Read, Reset, ScriptedServer, Send, Tell, reply

pytestmark = pytest.mark.anyio

DONE = threading.Event


def direct(server: ScriptedServer, limits: Limits | None = None) -> AsyncClient:
    return AsyncClient(transport="direct", api_key=KEY, base_url=server.url, max_retries=0, limits=limits)


async def asked(client: AsyncClient, path: str = "echo") -> bytes:
    return (await client.request("POST", path, json={})).content


async def test_calls_that_follow_each_other_share_a_connection(transport: TransportName) -> None:
    with ScriptedServer([reply(b"1"), reply(b"2"), reply(b"3"), Hold()]) as server:
        async with client_of(transport, server) as client:
            assert [await asked(client) for _ in range(3)] == [b"1", b"2", b"3"]
        assert server.connections == 1


async def test_bytes_behind_a_reply_never_reach_the_next_call() -> None:
    surplus = reply(b"stolen").data
    with ScriptedServer([Send(reply(b"mine").data + surplus), Hold()], [reply(b"yours"), Hold()]) as server:
        async with direct(server) as client:
            assert await asked(client) == b"mine"
            assert await asked(client) == b"yours"
        assert server.connections == 2


async def test_bytes_that_come_later_never_reach_the_next_call() -> None:
    sent = DONE()
    late: list[Action] = [reply(b"mine"), More(reply(b"stolen").data), Tell(sent), Hold()]
    with ScriptedServer(late, [reply(b"yours"), Hold()]) as server:
        async with direct(server) as client:
            assert await asked(client) == b"mine"
            assert sent.wait(60)
            assert await asked(client) == b"yours"


@pytest.mark.parametrize("end", [Close(), Reset()], ids=["closed", "reset"])
async def test_a_connection_that_the_server_closed_is_not_used_again(end: Action) -> None:
    gone = DONE()
    with ScriptedServer([reply(b"one"), end, Tell(gone)], [reply(b"two"), Hold()]) as server:
        async with direct(server) as client:
            assert await asked(client) == b"one"
            assert gone.wait(5)
            assert await asked(client) == b"two"
        assert server.connections == 2


async def test_after_an_internal_server_error_the_next_call_has_a_new_connection() -> None:
    # uvicorn closes such a connection a moment later, perhaps only once the next request is on it.
    with ScriptedServer(
        [reply(b"{}", "500 Internal Server Error"), Read(), Reset()], [reply(b"two"), Hold()]
    ) as server:
        async with direct(server) as client:
            with pytest.raises(InternalServerError):
                await asked(client)
            assert await asked(client) == b"two"
        assert server.connections == 2


@pytest.mark.parametrize("rest", [[], [Reset()]], ids=["closed", "reset"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_request_that_was_read_is_not_sent_again_by_itself(rest: list[Action], method: str) -> None:
    with ScriptedServer([reply(b"one"), Read(), *rest], [reply(b"two"), Hold()]) as server:
        async with direct(server) as client:
            assert await asked(client) == b"one"
            with pytest.raises(APIConnectionError) as caught:
                await client.request(method, "x")
        assert len(server.requests) == 2
    assert (caught.value.phase, caught.value.attempts) == ("first_byte", 1)


async def test_where_it_may_be_sent_again_that_is_an_attempt() -> None:
    told: list[RetryEvent] = []
    with ScriptedServer([reply(b"one"), Read(), Reset()], [reply(b"two"), Hold()]) as server:
        async with AsyncClient(
            api_key=KEY,
            base_url=server.url,
            transport="direct",
            retry=Retry(max_retries=1, initial=0.001),
            hooks=[told.append],
        ) as client:
            assert await asked(client) == b"one"
            again = await client.request("GET", "x")
            assert (again.content, again.meta.attempts) == (b"two", 2)
        assert len(server.requests) == 3
    assert [event.attempt for event in told] == [1]


async def test_a_fresh_connection_that_dies_is_an_error() -> None:
    with ScriptedServer([Read(), Reset()]) as server:
        async with direct(server) as client:
            with pytest.raises(APIConnectionError) as caught:
                await asked(client)
        assert server.connections == 1
    assert (caught.value.phase, caught.value.attempts) == ("first_byte", 1)


async def test_a_redirect_is_an_error_and_goes_nowhere(transport: TransportName) -> None:
    with ScriptedServer([reply(b"", "307 Go", {"Location": "http://evil.example/"}), Hold()]) as server:
        async with client_of(transport, server) as client:
            with pytest.raises(APIStatusError, match="not followed") as caught:
                await asked(client)
    assert caught.value.status_code == 307


async def test_compressed_replies_are_read(transport: TransportName) -> None:
    packed = gzip.compress(b"hello" * 1000)
    with ScriptedServer([reply(packed, headers={"Content-Encoding": "gzip"}), reply(b"next"), Hold()]) as server:
        async with client_of(transport, server) as client:
            assert await asked(client) == b"hello" * 1000
            assert await asked(client) == b"next"
        assert b"accept-encoding: gzip, deflate\r\n" in server.requests[0].lower()


async def test_a_bomb_is_bounded_by_what_a_body_may_be() -> None:
    packed = gzip.compress(bytes(50_000_000))
    with ScriptedServer([reply(packed, headers={"Content-Encoding": "gzip"}), Hold()]) as server:
        async with direct(server, Limits(body=1_000_000)) as client:
            with pytest.raises(ResponseValidationError, match="larger than") as caught:
                await asked(client)
    assert len(caught.value.body) <= 64 * 1024


async def test_a_corrupt_body_is_a_typed_error(transport: TransportName) -> None:
    with ScriptedServer([reply(b"no gzip", headers={"Content-Encoding": "gzip"}), Hold()]) as server:
        async with client_of(transport, server) as client:
            with pytest.raises(APIConnectionError, match="cannot be decoded") as caught:
                await asked(client)
    assert caught.value.status_code == 200


async def test_a_large_body_is_sent_whole(transport: TransportName) -> None:
    content = bytes(range(256)) * 4096
    with ScriptedServer([reply(b"got it"), Hold()]) as server:
        async with client_of(transport, server) as client:
            assert (await client.request("PUT", "files", content=content)).content == b"got it"
        assert server.requests[0].endswith(content)
