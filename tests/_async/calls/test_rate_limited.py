"""Limits on requests and tokens, and the gate that a 429 closes, over real sockets. A minute is short here."""

from __future__ import annotations

import time
from bisect import bisect_left

import pytest

from baseten_sdk import (
    APIConnectionError,
    AsyncClient,
    ChatCompletion,
    DeadlineExceeded,
    Limits,
    RateLimitError,
    Retry,
    user,
)
from baseten_sdk._async.calls.call import AsyncCaller
from baseten_sdk._core.policy.rate_limit import RateLimit, Reservation
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk._io.parallel import AsyncParallel
from baseten_sdk._io.rate_state import RateState
from baseten_sdk.emulator import Emulator
from tests._async.fake_clock import AsyncFakeClock
from tests.asking import HELLO, IDLE, MODEL, behaving

pytestmark = pytest.mark.anyio

MINUTE = 0.6

FOREVER = 60.0


def limited(
    transport: TransportName,
    emu: Emulator,
    requests: float | None = None,
    tokens: float | None = None,
    minute: float = MINUTE,
) -> AsyncClient:
    """A client with limits and another minute."""
    client = AsyncClient(
        api_key=emu.api_key,
        endpoints=emu.endpoints,
        limits=Limits(requests_per_minute=requests, tokens_per_minute=tokens),
        retry=Retry(initial=0.001, maximum=0.002),
        transport=transport,
    )
    rate_state_of(client)._rates = RateLimit(requests, tokens, minute)
    return client


def rate_state_of(client: AsyncClient) -> RateState:
    caller = client._service.caller
    assert isinstance(caller, AsyncCaller)
    rate_state = caller._rate_state
    assert rate_state is not None
    return rate_state


def rates_of(client: AsyncClient) -> RateLimit:
    rates = rate_state_of(client)._rates
    assert isinstance(rates, RateLimit)
    return rates


def accepted(replies: list[object]) -> list[float]:
    """When each call arrived, in order and in seconds."""
    moments: list[float] = []
    for reply in replies:
        assert isinstance(reply, ChatCompletion), reply
        moments.append(int(reply.meta.headers["x-baseten-accepted-at"]) / 1000)
    return sorted(moments)


def most(moments: list[float], seconds: float) -> int:
    """The most within so many seconds."""
    return max(bisect_left(moments, start + seconds) - index for index, start in enumerate(moments))


async def test_calls_at_once_are_spread_over_the_minutes(
    emu: Emulator, transport: TransportName, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments: list[float] = []
    sent = RateState.sent

    def noted(rate_state: RateState, reservation: Reservation, now: float) -> None:
        moments.append(now)
        sent(rate_state, reservation, now)

    monkeypatch.setattr(RateState, "sent", noted)
    async with limited(transport, emu, requests=24) as client:

        async def ask() -> ChatCompletion:
            return await client.chat.completions.create(model=MODEL, messages=HELLO, max_tokens=4)

        replies = await AsyncParallel.run([(True, ask)] * 30)
        assert IDLE in repr(client)
    assert len(accepted(replies)) == len(emu.requests) == 30
    assert most(sorted(moments), 0.8 * MINUTE) <= 24  # a thread may be put aside for longer than this minute has slack
    assert max(moments) - min(moments) >= MINUTE


async def test_tokens_are_held_before_and_settled_after(emu: Emulator, transport: TransportName) -> None:
    async with limited(transport, emu, tokens=3000, minute=FOREVER) as client:
        allowance = rates_of(client).tokens
        assert allowance is not None
        spent = 0
        for _ in range(5):
            completion = await client.chat.completions.create(model=MODEL, messages=HELLO, max_tokens=400)
            assert completion.usage is not None
            spent += completion.usage.total_tokens
            assert repr(allowance) == f"<{spent} of 3000 a minute>"


async def test_a_stream_settles_at_its_end(emu: Emulator, transport: TransportName) -> None:
    async with limited(transport, emu, tokens=3000, minute=FOREVER) as client:
        allowance = rates_of(client).tokens
        assert allowance is not None
        async with client.chat.completions.stream(model=MODEL, messages=HELLO, max_tokens=400) as stream:
            assert allowance._held > 400
            completion = await stream.get_final_completion()
        assert completion.usage is not None
        assert repr(allowance) == f"<{completion.usage.total_tokens} of 3000 a minute>"


async def test_a_stream_that_is_left_keeps_what_it_may_have_used(emu: Emulator, transport: TransportName) -> None:
    async with limited(transport, emu, tokens=3000, minute=FOREVER) as client:
        allowance = rates_of(client).tokens
        assert allowance is not None
        async with await client.chat.completions.create(
            model=MODEL,
            messages=HELLO,
            max_tokens=400,
            stream=True,
            extra_headers=behaving("no-usage-chunk, usage=none"),
        ) as chunks:
            async for _ in chunks:
                break
        assert allowance._held == 0
        assert 400 < allowance._spent < 600


async def test_a_call_that_is_refused_has_used_no_tokens(emu: Emulator, transport: TransportName) -> None:
    async with limited(transport, emu, requests=10, tokens=3000, minute=FOREVER) as client:
        rates = rates_of(client)
        emu.script(["status=400"])
        with pytest.raises(Exception, match="400"):
            await client.chat.completions.create(model=MODEL, messages=HELLO, max_tokens=400)
        assert repr(rates.tokens) == "<0 of 3000 a minute>"
        assert repr(rates.requests) == "<1 of 10 a minute>"


async def test_a_call_that_could_not_connect_has_used_nothing(emu: Emulator, transport: TransportName) -> None:
    client = AsyncClient(
        api_key="k",
        base_url="http://127.0.0.1:9/v1",
        limits=Limits(requests_per_minute=10, tokens_per_minute=3000),
        max_retries=0,
        transport=transport,
    )
    async with client:
        with pytest.raises(APIConnectionError):
            await client.chat.completions.create(model=MODEL, messages=HELLO, max_tokens=400)
        assert repr(rates_of(client).tokens) == "<0 of 3000 a minute>"


async def test_a_wait_that_cannot_fit_is_not_begun(emu: Emulator, transport: TransportName) -> None:
    async with limited(transport, emu, requests=1, minute=FOREVER) as client:
        await client.models.list()
        began = time.monotonic()
        with pytest.raises(DeadlineExceeded, match="requests_per_minute") as caught:
            await client.models.list(deadline=20)
        assert time.monotonic() - began < 5
        assert caught.value.phase == "rate"
        assert IDLE in repr(client)
    assert len(emu.requests) == 1


async def test_a_wait_counts_against_the_deadline(emu: Emulator, transport: TransportName) -> None:
    async with limited(transport, emu, tokens=1000, minute=FOREVER) as client:
        async with client.chat.completions.stream(model=MODEL, messages=HELLO, max_tokens=900):
            with pytest.raises(DeadlineExceeded) as caught:
                await client.chat.completions.create(model=MODEL, messages=HELLO, max_tokens=900, deadline=0.05)
        assert caught.value.phase == "rate"
        assert IDLE in repr(client)


async def test_retries_are_requests_too(emu: Emulator, transport: TransportName) -> None:
    async with limited(transport, emu, requests=10, minute=FOREVER) as client:
        emu.script(["status=503", "status=503"])
        await client.models.list()
        assert repr(rates_of(client).requests) == "<3 of 10 a minute>"


async def test_all_that_derives_from_a_client_shares_its_limits(emu: Emulator, transport: TransportName) -> None:
    async with limited(transport, emu, requests=10, minute=FOREVER) as client:
        await client.with_options(max_retries=0).models.list()
        await client.deployments("abcd1234").predict({"a": 1})
        assert repr(rates_of(client).requests) == "<2 of 10 a minute>"


async def test_limits_that_the_service_tells_of_hold(emu: Emulator, transport: TransportName) -> None:
    async with limited(transport, emu, requests=1000, tokens=10_000, minute=FOREVER) as client:
        await client.models.list(extra_headers=behaving("ratelimit=50"))
        assert repr(rates_of(client).requests) == "<1 of 120 a minute>"
        assert repr(rates_of(client).tokens) == "<0 of 10000 a minute>"


async def test_one_refusal_stops_the_others(emu: Emulator, transport: TransportName) -> None:
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, transport=transport) as client:
        clock = client._service.caller.clock = AsyncFakeClock()
        emu.script(["status=429, retry-after=30"])
        with pytest.raises(RateLimitError):
            await client.models.list(max_retries=0)
        for hasty in (client.with_options(deadline=5.0), client.with_options(timeout=5.0)):
            with pytest.raises(RateLimitError, match="Not sent") as caught:
                await hasty.models.list()
            assert not caught.value.sent
            assert caught.value.retry_after == pytest.approx(30)
        assert len(emu.requests) == 1
        assert clock.sleeps == []
        models = await client.models.list()
        assert clock.sleeps == [pytest.approx(30)]
        assert models.meta.waited == {"gate": pytest.approx(30)}
        assert (await client.models.list()).meta.waited == {}
        assert len(emu.requests) == 3


async def test_a_refusal_of_one_model_is_none_of_another(emu: Emulator, transport: TransportName) -> None:
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, transport=transport) as client:
        clock = client._service.caller.clock = AsyncFakeClock()
        emu.script(["status=429, retry-after=30"])
        chat = client.chat.completions
        with pytest.raises(RateLimitError):
            await chat.create(model="openai/gpt-oss-120b", messages=[user("Hi")], max_retries=0)
        await chat.create(model="zai-org/GLM-5.3", messages=[user("Hi")])
        assert clock.sleeps == []


async def test_a_call_without_retries_is_sent_without_waiting(emu: Emulator, transport: TransportName) -> None:
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, transport=transport) as client:
        clock = client._service.caller.clock = AsyncFakeClock()
        emu.script(["status=429, retry-after=30"])
        with pytest.raises(RateLimitError):
            await client.models.list(max_retries=0)
        await client.models.list(max_retries=0)
        assert clock.sleeps == []
        assert len(emu.requests) == 2


async def test_a_refusal_of_one_place_is_none_of_another(emu: Emulator, transport: TransportName) -> None:
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, transport=transport) as client:
        clock = client._service.caller.clock = AsyncFakeClock()
        emu.script(["status=429, retry-after=30"])
        with pytest.raises(RateLimitError):
            await client.deployments("abcd1234").predict({}, max_retries=0)
        await client.deployments("abcd0000").predict({})
        assert clock.sleeps == []


async def test_what_asks_for_too_long_stops_nobody_else(emu: Emulator, transport: TransportName) -> None:
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, transport=transport) as client:
        emu.script(["status=429, retry-after=3600"])
        with pytest.raises(RateLimitError):
            await client.models.list()
        await client.models.list(deadline=5)


async def test_who_waits_at_the_gate_is_let_through_at_a_moment_of_its_own(
    emu: Emulator, transport: TransportName
) -> None:
    async with AsyncClient(
        api_key=emu.api_key, endpoints=emu.endpoints, transport=transport, retry=Retry(initial=0.2, maximum=0.2)
    ) as client:
        emu.script(["status=429, retry-after-ms=200"])
        with pytest.raises(RateLimitError):
            await client.chat.completions.create(model=MODEL, messages=HELLO, max_retries=0)
        began = time.time()

        async def ask() -> ChatCompletion:
            return await client.chat.completions.create(model=MODEL, messages=HELLO, max_tokens=4)

        moments = accepted(await AsyncParallel.run([(True, ask)] * 20))
    assert moments[0] - began > 0.19
    assert len(emu.requests) == 21


@pytest.mark.parametrize("per_minute", [None, 60_000])
async def test_calls_that_waited_for_a_slot_do_not_run_into_a_gate_that_has_closed_meanwhile(
    emu: Emulator, transport: TransportName, per_minute: int | None
) -> None:
    limits = Limits(concurrency=2, requests_per_minute=per_minute)
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, transport=transport, limits=limits) as client:
        emu.script(["status=429, retry-after=30"] * 30)

        async def ask() -> object:
            return await client.chat.completions.create(model=MODEL, messages=HELLO, deadline=20.0)

        results = await AsyncParallel.run([(True, ask)] * 30)
        assert all(isinstance(result, RateLimitError) for result in results)
        # A slot that is given back may be taken just before the refusal closes the gate.
        assert sum(isinstance(result, RateLimitError) and not result.sent for result in results) >= 10
        assert 1 <= len(emu.requests) <= 20
        assert IDLE.replace("256", "2") in repr(client)
