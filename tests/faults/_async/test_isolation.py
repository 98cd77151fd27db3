"""No byte of one reply reaches the call after it, whenever it comes and whatever it looks like.

httpx promises that for what comes while a connection is idle, and no more.
"""

from __future__ import annotations

import threading

import pytest

from baseten_sdk import APIError, AsyncClient
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk._io.clock import AsyncClock
from tests._async.calling import KEY, LONG, client_of
from tests.faults.scripted import Action, Close, Hold, More, Reset, ScriptedServer, Send, Tell, reply

pytestmark = pytest.mark.anyio

STOLEN = reply(b"stolen").data
CHUNKED = Send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nmine\r\n0\r\n\r\n")
FIRST: dict[str, Send] = {
    "by-length": reply(b"mine"),
    "chunked": CHUNKED,
    "empty": reply(b""),
    "no-content": Send(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "refused": reply(b"{}", "400 Bad Request"),
}
SURPLUS: dict[str, bytes] = {"reply": STOLEN, "byte": b"H", "head": STOLEN[:20], "many": STOLEN * 20}


async def asked(client: AsyncClient, method: str = "POST") -> bytes:
    try:
        return (await client.request(method, "echo")).content
    except APIError as error:
        return type(error).__name__.encode()


@pytest.mark.parametrize("first", FIRST.values(), ids=FIRST)
@pytest.mark.parametrize("surplus", SURPLUS.values(), ids=SURPLUS)
async def test_what_comes_behind_a_reply_at_once(first: Send, surplus: bytes) -> None:
    with ScriptedServer([Send(first.data + surplus), Hold()], [reply(b"yours"), Hold()]) as server:
        async with client_of("direct", server) as client:
            assert await asked(client) in (b"mine", b"", b"BadRequestError")
            assert await asked(client) == b"yours"
        assert server.connections == 2


@pytest.mark.parametrize("first", FIRST.values(), ids=FIRST)
@pytest.mark.parametrize("surplus", SURPLUS.values(), ids=SURPLUS)
async def test_what_comes_later(first: Send, surplus: bytes, transport: TransportName) -> None:
    asked_once, said = threading.Event(), threading.Event()
    with ScriptedServer([first, Hold(asked_once), More(surplus), Tell(said), Hold()], [reply(b"yours")]) as server:
        async with client_of(transport, server) as client:
            assert await asked(client) in (b"mine", b"", b"BadRequestError")
            asked_once.set()
            assert said.wait(LONG)
            await AsyncClock().sleep(0.01)
            assert await asked(client) == b"yours"
        assert server.connections == 2


async def test_a_body_where_there_may_be_none() -> None:
    with ScriptedServer([reply(b"stolen"), Hold()], [reply(b"yours"), Hold()]) as server:
        async with client_of("direct", server) as client:
            assert await asked(client, "HEAD") == b""
            assert await asked(client) == b"yours"


async def test_what_comes_on_a_connection_before_anything_was_asked() -> None:
    said = threading.Event()
    with ScriptedServer([reply(b"mine"), More(STOLEN), Tell(said), Hold()], [reply(b"yours"), Hold()]) as server:
        async with client_of("direct", server) as client:
            assert await asked(client) == b"mine"
            assert said.wait(LONG)
            await AsyncClock().sleep(0.01)
            assert await asked(client) == b"yours"


@pytest.mark.parametrize("reset", [False, True])
async def test_a_connection_that_died_while_idle_costs_no_attempt(reset: bool, transport: TransportName) -> None:
    gone = threading.Event()
    script: list[Action] = [reply(b"mine"), Reset() if reset else Close(), Tell(gone)]
    with ScriptedServer(script, [reply(b"yours"), Hold()]) as server:
        async with AsyncClient(transport=transport, api_key=KEY, base_url=server.url, max_retries=0) as client:
            assert await asked(client) == b"mine"
            assert gone.wait(LONG)
            await AsyncClock().sleep(0.01)
            assert await asked(client) == b"yours"
