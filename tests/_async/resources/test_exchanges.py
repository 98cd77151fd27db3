"""Requests of other libraries: what a client makes of them, over real sockets."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest

from baseten_sdk import (
    APIConnectionError,
    AsyncClient,
    AsyncExchanges,
    AsyncHttpExchange,
    CallEnded,
    CallObserver,
    CallStarted,
    FirstByteTimeout,
    HttpTimeout,
    InvalidRequestError,
    Observer,
    Retry,
    StreamInterrupted,
    Target,
)
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk.emulator import Emulator
from tests.asking import HELLO, IDLE, MODEL, SAID, fields, only

pytestmark = pytest.mark.anyio

JSON = [("content-type", "application/json"), ("accept", "application/json")]
WHOLE = json.dumps({"messages": HELLO, "model": MODEL}).encode()
STREAMED = json.dumps({"messages": HELLO, "model": MODEL, "stream": True}).encode()


class Diary(Observer):
    """Writes down how calls end."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def started(self, call: CallStarted) -> CallObserver:
        return Page(self)


class Page(CallObserver):
    def __init__(self, diary: Diary) -> None:
        self.diary = diary

    def ended(self, end: CallEnded) -> None:
        self.diary.lines.append("ended" if end.complete else "left")

    def failed(self, error: BaseException) -> None:
        self.diary.lines.append(type(error).__name__)


def chat_url(exchanges: AsyncExchanges) -> str:
    return f"{exchanges.base_url}/chat/completions"


async def read(exchange: AsyncHttpExchange) -> bytes:
    """All of a body."""
    pieces: list[bytes] = []
    while piece := await exchange.receive():
        pieces.append(piece)
    return b"".join(pieces)


async def test_a_whole_reply_is_that_of_the_service(client: AsyncClient, emu: Emulator) -> None:
    exchange = await client.exchanges.send("POST", chat_url(client.exchanges), JSON, WHOLE)
    content = await exchange.receive()
    assert exchange.status_code == 200
    assert json.loads(content)["choices"][0]["message"]["content"] == SAID
    assert await exchange.receive() == b""
    assert not {"content-length", "transfer-encoding", "content-encoding"} & dict(exchange.headers).keys()
    assert only(emu).headers["authorization"] == f"Bearer {emu.api_key}"
    assert only(emu).body == WHOLE


async def test_a_stream_comes_as_events_and_keeps_its_connection(client: AsyncClient, emu: Emulator) -> None:
    for _ in range(2):
        exchange = await client.exchanges.send("POST", chat_url(client.exchanges), JSON, STREAMED)
        assert (await read(exchange)).rstrip().endswith(b"[DONE]")
        await exchange.aclose()
    assert repr(client).endswith(f"{IDLE})")
    assert len({request.client for request in emu.requests}) == 1


async def test_a_stream_that_is_left_gives_its_slot_back(client: AsyncClient, emu: Emulator) -> None:
    emu.script(["stall=2"])
    exchange = await client.exchanges.send("POST", chat_url(client.exchanges), JSON, STREAMED)
    assert await exchange.receive()
    await exchange.aclose()
    await exchange.aclose()
    assert repr(client).endswith(f"{IDLE})")


@pytest.mark.parametrize(("trouble", "error"), [("end=3", StreamInterrupted), ("cut=3", APIConnectionError)])
async def test_a_stream_that_is_cut_is_an_error(
    client: AsyncClient, emu: Emulator, trouble: str, error: type[Exception]
) -> None:
    emu.script([trouble])
    exchange = await client.exchanges.send("POST", chat_url(client.exchanges), JSON, STREAMED)
    with pytest.raises(error):
        await read(exchange)
    assert repr(client).endswith(f"{IDLE})")


async def test_what_may_pass_is_tried_again_and_what_remains_comes_as_it_is(client: AsyncClient, emu: Emulator) -> None:
    emu.script(["status=503", "drop"])
    exchange = await client.exchanges.send("POST", chat_url(client.exchanges), JSON, WHOLE)
    assert (exchange.status_code, exchange.meta.attempts) == (200, 3)
    emu.script(["status=400, message=No such thing"])
    exchange = await client.exchanges.send("POST", chat_url(client.exchanges), JSON, STREAMED)
    assert exchange.status_code == 400
    assert b"No such thing" in await exchange.receive()
    assert dict(exchange.headers)["x-should-retry"] == "false"
    emu.script(["status=503"])
    once = client.with_options(max_retries=0).exchanges
    exchange = await once.send("POST", chat_url(once), JSON, WHOLE)
    assert exchange.status_code == 503
    assert "x-should-retry" not in dict(exchange.headers)


async def test_a_refusal_that_was_not_sent_comes_as_a_429(client: AsyncClient, emu: Emulator) -> None:
    hasty = client.with_options(deadline=5.0).exchanges
    emu.script(["status=429, retry-after=30"])
    refused = await hasty.send("POST", chat_url(hasty), JSON, WHOLE)
    held = await hasty.send("POST", chat_url(hasty), JSON, WHOLE)
    assert (refused.status_code, held.status_code) == (429, 429)
    assert b"Not sent" in await held.receive()
    assert len(emu.requests) == 1


async def test_the_timeouts_of_the_request_hold_too(emu: Emulator, bounded: TransportName) -> None:
    emu.script(["hang"])
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, transport=bounded) as client:
        with pytest.raises(FirstByteTimeout):
            await client.exchanges.send("POST", chat_url(client.exchanges), JSON, WHOLE, HttpTimeout(read=0.3))


async def test_a_pool_answers_for_its_members(client: AsyncClient, emu: Emulator) -> None:
    exchanges = client.pool([Target("abcd1234", model="llama"), Target("wxyz5678")]).exchanges
    for body in (WHOLE, STREAMED):
        emu.requests.clear()
        emu.script(["status=503"])
        exchange = await exchanges.send("POST", chat_url(exchanges), JSON, body)
        assert exchange.status_code == 200
        await read(exchange)
        assert {fields(request)["model"] for request in emu.requests} == {"llama", MODEL}
        assert len(exchange.meta.tries) == 2
    with pytest.raises(InvalidRequestError, match="A pool is called below"):
        await exchanges.send("POST", chat_url(client.exchanges), JSON, WHOLE)


async def test_the_key_goes_nowhere_else(client: AsyncClient, emu: Emulator) -> None:
    with pytest.raises(InvalidRequestError, match="not on a configured host"):
        await client.exchanges.send("POST", "https://example.com/v1/chat/completions", JSON, WHOLE)
    assert len(emu.requests) == 0


async def test_a_deployments_engine_is_reached_too(client: AsyncClient, emu: Emulator) -> None:
    url = f"{client.deployments('abcd1234').openai_base_url}/chat/completions"
    exchange = await client.exchanges.send("POST", url, [*JSON, ("authorization", f"Api-Key {emu.api_key}")], WHOLE)
    assert exchange.status_code == 200
    assert only(emu).headers["authorization"] == f"Api-Key {emu.api_key}"


async def test_observers_are_told_of_each(emu: Emulator, transport: TransportName) -> None:
    diary = Diary()
    async with AsyncClient(
        api_key=emu.api_key, endpoints=emu.endpoints, hooks=[diary], transport=transport, retry=Retry(max_retries=0)
    ) as client:
        emu.script(["", "", "stall=2", "end=3", "status=400"])
        for body in (WHOLE, STREAMED, STREAMED, STREAMED, WHOLE):
            exchange = await client.exchanges.send("POST", chat_url(client.exchanges), JSON, body)
            if len(diary.lines) == 2:
                await exchange.receive()
                await exchange.aclose()
                continue
            with suppress(StreamInterrupted):
                await read(exchange)
    assert diary.lines == ["ended", "ended", "left", "StreamInterrupted", "BadRequestError"]
