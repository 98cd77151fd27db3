"""A client that hedges: a second request beside one that is slow, to the same place."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator

import pytest

from baseten_sdk import (
    AsyncClient,
    CallObserver,
    CallStarted,
    ConfigurationError,
    Hedge,
    Observer,
    RateLimitError,
    Retry,
    RetryEvent,
    Target,
)
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk.emulator import Emulator
from tests.asking import HELLO, MODEL, SAID, is_idle

pytestmark = pytest.mark.anyio

RACE = "baseten-sdk race"
"""The name of the threads in which a sync client hedges."""

SOON = Hedge(after=0.3, budget=1.0)


class Hedges(Observer):
    """Notes which calls are hedges."""

    def __init__(self) -> None:
        self.seen: list[bool] = []

    def started(self, call: CallStarted) -> CallObserver:
        self.seen.append(call.hedge)
        return CallObserver()


@pytest.fixture
def hedges() -> Hedges:
    return Hedges()


@pytest.fixture
async def hedged(emu: Emulator, transport: TransportName, hedges: Hedges) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(
        api_key=emu.api_key,
        endpoints=emu.endpoints,
        retry=Retry(initial=0.001, maximum=0.002),
        hooks=[hedges],
        transport=transport,
        timeout=5.0,
        hedge=SOON,
    ) as client:
        yield client


async def test_a_slow_chat_is_hedged_and_the_first_answer_wins(
    hedged: AsyncClient, emu: Emulator, hedges: Hedges
) -> None:
    emu.script(["hang"])
    completion = await hedged.chat.completions.create(model=MODEL, messages=HELLO)
    assert completion.text == SAID
    assert hedges.seen == [False, True]
    assert len({request.path for request in emu.requests}) == 1


async def test_a_slow_stream_is_hedged_until_its_first_event(
    hedged: AsyncClient, emu: Emulator, hedges: Hedges
) -> None:
    emu.script(["stall=0"])
    async with hedged.chat.completions.stream(model=MODEL, messages=HELLO) as stream:
        assert (await stream.get_final_completion()).text == SAID
    assert hedges.seen == [False, True]


async def test_everything_that_asks_a_model_is_hedged(hedged: AsyncClient, emu: Emulator, hedges: Hedges) -> None:
    deployment = hedged.deployments("abcd1234")
    emu.script(["hang", "", "hang", "", "hang", "", "hang", "", "hang", ""])
    assert await deployment.predict({"a": 1}) == {"a": 1}
    assert (await deployment.embeddings.create(input=["a"])).vectors
    assert await deployment.rerank("query", ["one"])
    assert await deployment.classify(["one"])
    async with deployment.stream_predict({"a": 1}) as stream:
        assert [piece async for piece in stream.bytes()]
    assert hedges.seen == [False, True] * 5


async def test_an_async_request_is_never_sent_beside_itself(hedged: AsyncClient, emu: Emulator, hedges: Hedges) -> None:
    emu.script(["delay=600"])
    await hedged.deployments("abcd1234").async_predict({}, webhook_endpoint="https://example.com/hook")
    assert hedges.seen == [False]
    assert len(emu.requests) == 1


async def test_a_call_that_fails_raises_its_own_error_at_once(emu: Emulator, transport: TransportName) -> None:
    emu.script(["status=429, retry-after=100000"])
    async with AsyncClient(
        api_key=emu.api_key, endpoints=emu.endpoints, transport=transport, hedge=Hedge(after=60.0, budget=1.0)
    ) as client:
        with pytest.raises(RateLimitError):
            await client.chat.completions.create(model=MODEL, messages=HELLO, max_retries=0)
    assert len(emu.requests) == 1


async def test_nothing_is_left_of_the_slower_request(
    hedged: AsyncClient, emu: Emulator, bounded: TransportName
) -> None:
    async with AsyncClient(
        api_key=emu.api_key, endpoints=emu.endpoints, transport=bounded, hedge=SOON, timeout=5.0
    ) as client:
        emu.script(["hang"])
        await client.chat.completions.create(model=MODEL, messages=HELLO)
        assert emu.requests.wait_until(lambda seen: seen[0].disconnected)
        async with client.chat.completions.stream(model=MODEL, messages=HELLO) as stream:
            await stream.until_done()
        assert is_idle(client)


@pytest.mark.parametrize("slow", ["hang", "stall=0"])
async def test_a_request_that_was_stopped_is_no_failure_and_not_sent_again(emu: Emulator, slow: str) -> None:
    retries: list[RetryEvent] = []
    async with AsyncClient(
        api_key=emu.api_key,
        endpoints=emu.endpoints,
        transport="direct",
        hooks=[retries.append],
        hedge=SOON,
        timeout=5.0,
    ) as client:
        emu.script([slow])
        async with client.chat.completions.stream(model=MODEL, messages=HELLO) as stream:
            assert (await stream.get_final_completion()).text == SAID
        for thread in threading.enumerate():
            if thread.name == RACE:
                thread.join()
    assert retries == []
    assert len(emu.requests) == 2


async def test_a_pool_hedges_by_itself_alone(hedged: AsyncClient, emu: Emulator, hedges: Hedges) -> None:
    emu.script(["delay=600"])
    completion = await hedged.pool([Target("abcd1234")]).chat.completions.create(messages=HELLO)
    assert completion.meta.attempts == 1
    assert hedges.seen == [False]


async def test_what_is_no_hedge_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="hedge must be a Hedge"):
        AsyncClient(api_key="k", hedge=0.5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
