"""Retries over a socket, on a clock that nobody waits for: how often, after how long, and who is told."""

from __future__ import annotations

import logging
import math
import random
from collections.abc import Sequence

import pytest
from tenacity import wait_fixed

from baseten_sdk import (
    APIConnectionError,
    APIStatusError,
    AsyncClient,
    ConfigurationError,
    FirstByteTimeout,
    Hook,
    InternalServerError,
    RateLimitError,
    ResponseValidationError,
    Retry,
    RetryEvent,
    ServiceUnavailableError,
    Timeout,
)
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk.emulator import Emulator
from tests._async.calling import KEY, MODELS, ONCE_MORE
from tests._async.fake_clock import AsyncFakeClock
from tests.asking import IDLE, behaving
from tests.faults.scripted import Action, Read, Reset, ScriptedServer
from tests.patience import growing

pytestmark = pytest.mark.anyio


def client_with(
    transport: TransportName,
    emu: Emulator,
    clock: AsyncFakeClock,
    retry: Retry | None = None,
    hooks: Sequence[Hook] = (),
) -> AsyncClient:
    client = AsyncClient(
        api_key=emu.api_key,
        endpoints=emu.endpoints,
        retry=retry or Retry(random=random.Random(1)),
        hooks=hooks,
        transport=transport,
    )
    client._service.caller.clock = clock
    return client


@pytest.fixture
def still() -> AsyncFakeClock:
    return AsyncFakeClock()


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 529])
async def test_what_may_pass_is_tried_again_twice(
    emu: Emulator, still: AsyncFakeClock, status: int, transport: TransportName
) -> None:
    async with client_with(transport, emu, still) as client:
        with pytest.raises(APIStatusError) as caught:
            await client.models.list(extra_headers=behaving(f"status={status}"))
        assert IDLE in repr(client)
    assert caught.value.status_code == status
    assert caught.value.attempts == len(emu.requests) == 3
    assert len(still.sleeps) == 2
    assert caught.value.elapsed == pytest.approx(sum(still.sleeps))


@pytest.mark.parametrize("status", [307, 400, 401, 402, 403, 404, 405, 409, 412, 413, 422, 501])
async def test_what_will_not_pass_is_tried_once(
    emu: Emulator, still: AsyncFakeClock, status: int, transport: TransportName
) -> None:
    async with client_with(transport, emu, still) as client:
        with pytest.raises(APIStatusError) as caught:
            await client.models.list(extra_headers=behaving(f"status={status}, retry-after=1"))
    assert caught.value.attempts == len(emu.requests) == 1
    assert still.sleeps == []


@pytest.mark.parametrize("code", ["insufficient_quota", "budget_exceeded"])
async def test_a_quota_that_is_used_up_is_not_waited_for(
    emu: Emulator, still: AsyncFakeClock, code: str, transport: TransportName
) -> None:
    async with client_with(transport, emu, still) as client:
        with pytest.raises(RateLimitError) as caught:
            await client.models.list(extra_headers=behaving(f"status=429, shape=3, code={code}"))
    assert caught.value.code == code
    assert len(emu.requests) == 1


@pytest.mark.parametrize("spec", ["drop", "drop, reset"])
async def test_a_connection_that_is_lost_before_the_reply_is_tried_again(
    emu: Emulator, still: AsyncFakeClock, spec: str, transport: TransportName
) -> None:
    emu.script([spec, spec])
    async with client_with(transport, emu, still) as client:
        models = await client.models.list()
        assert models.meta.attempts == len(emu.requests) == 3
    emu.script([spec] * 3)
    async with client_with(transport, emu, still) as client:
        with pytest.raises(APIConnectionError) as caught:
            await client.models.list()
        assert IDLE in repr(client)
    assert caught.value.phase == "first_byte"
    assert caught.value.attempts == 3


async def test_a_connection_that_is_lost_in_the_middle_is_not_tried_again(
    emu: Emulator, still: AsyncFakeClock, transport: TransportName
) -> None:
    async with client_with(transport, emu, still) as client:
        with pytest.raises(APIConnectionError) as caught:
            await client.models.list(extra_headers=behaving("cut=10"))
        assert IDLE in repr(client)
    assert (caught.value.phase, caught.value.status_code) == ("idle", 200)
    assert len(emu.requests) == 1


async def test_a_reply_that_cannot_be_read_is_not_tried_again(
    emu: Emulator, still: AsyncFakeClock, transport: TransportName
) -> None:
    async with client_with(transport, emu, still) as client:
        with pytest.raises(ResponseValidationError) as caught:
            await client.models.list(extra_headers=behaving("reply=not-json"))
    assert caught.value.attempts == len(emu.requests) == 1


@pytest.mark.parametrize(("opted_in", "attempts"), [(False, 1), (True, 3)])
async def test_a_reply_that_does_not_come_is_tried_again_only_on_demand(
    emu: Emulator, still: AsyncFakeClock, opted_in: bool, attempts: int, transport: TransportName
) -> None:
    for limit in growing(0.05):
        emu.requests.clear()
        async with client_with(transport, emu, still, Retry(on_read_timeout=opted_in)) as client:
            with pytest.raises(FirstByteTimeout) as caught:
                await client.models.list(extra_headers=behaving("hang"), timeout=Timeout(first_byte=limit))
        assert caught.value.attempts == attempts
        if len(emu.requests) == attempts:  # each arrived before its limit
            break


async def test_a_failure_may_pass(emu: Emulator, still: AsyncFakeClock, transport: TransportName) -> None:
    emu.script(["status=503", "status=429"])
    async with client_with(transport, emu, still) as client:
        models = await client.models.list()
    assert models.meta.attempts == 3
    assert models.meta.elapsed == pytest.approx(sum(still.sleeps))


async def test_every_attempt_sends_the_same(emu: Emulator, still: AsyncFakeClock, transport: TransportName) -> None:
    emu.script(["status=503", "status=503"])
    async with client_with(transport, emu, still) as client:
        await client.deployments("abcd1234").predict({"a": 1}, request_id="mine", extra_query={"q": 1})
    seen = {(r.method, r.path, r.query, r.body, tuple(sorted(r.headers.items()))) for r in emu.requests}
    assert len(emu.requests) == 3
    assert len(seen) == 1


@pytest.mark.parametrize("retries", [0, 1, 4])
async def test_the_number_of_retries_is_the_callers(
    emu: Emulator, still: AsyncFakeClock, retries: int, transport: TransportName
) -> None:
    async with client_with(transport, emu, still) as client:
        with pytest.raises(ServiceUnavailableError):
            await client.models.list(extra_headers=behaving("status=503"), max_retries=retries)
        with pytest.raises(ServiceUnavailableError):
            await client.with_options(max_retries=retries).models.list(extra_headers=behaving("status=503"))
    assert len(emu.requests) == 2 * (retries + 1)
    async with AsyncClient(
        transport=transport, api_key=emu.api_key, endpoints=emu.endpoints, max_retries=retries
    ) as client:
        client._service.caller.clock = still
        with pytest.raises(ServiceUnavailableError):
            await client.models.list(extra_headers=behaving("status=503"))
    assert len(emu.requests) == 3 * (retries + 1)


@pytest.mark.parametrize("retries", [-1, 1.5, True, "2"])
async def test_a_number_of_retries_that_is_none_is_refused(client: AsyncClient, retries: int) -> None:
    with pytest.raises(ConfigurationError, match="max_retries"):
        await client.models.list(max_retries=retries)


async def test_waits_are_drawn_below_a_bound_that_doubles(
    emu: Emulator, still: AsyncFakeClock, transport: TransportName
) -> None:
    bounds = [0.5, 1, 2, 4, 8, 8, 8]
    async with client_with(transport, emu, still, Retry(max_retries=7, random=random.Random(1))) as client:
        with pytest.raises(ServiceUnavailableError):
            await client.models.list(extra_headers=behaving("status=503"))
    source = random.Random(1)
    assert still.sleeps == [source.uniform(0, bound) for bound in bounds]


async def test_a_wait_of_tenacity_may_take_its_place(
    emu: Emulator, still: AsyncFakeClock, transport: TransportName
) -> None:
    async with client_with(transport, emu, still, Retry(wait=wait_fixed(3))) as client:
        with pytest.raises(ServiceUnavailableError):
            await client.models.list(extra_headers=behaving("status=503"))
    assert still.sleeps == [3, 3]


@pytest.mark.parametrize(
    ("wish", "low", "high"),
    [
        ("retry-after=7", 7, 7.7),
        ("retry-after=0", 0, 0),
        ("retry-after=2.5", 2.5, 2.75),
        ("retry-after=120", 120, 132),
        ("retry-after-ms=1500", 1.5, 1.65),
        ("retry-after-ms=1500, retry-after=60", 1.5, 1.65),
        ("retry-after=date:30", 28, 34.1),
    ],
)
async def test_the_wish_of_the_service_is_obeyed(
    emu: Emulator, still: AsyncFakeClock, wish: str, low: float, high: float, transport: TransportName
) -> None:
    async with client_with(transport, emu, still) as client:
        with pytest.raises(RateLimitError):
            await client.models.list(extra_headers=behaving(f"status=429, {wish}"), max_retries=1)
    (slept,) = still.sleeps
    assert low <= slept <= high


@pytest.mark.parametrize(
    "wish",
    ["soon", "nan", "inf", "-5", "Mon, 99 Foo 2026", "Wed, 21 Oct 2015 07:28:00 GMT", "2015-10-21T07:28:00Z", "1e9"],
)
async def test_what_cannot_be_a_wait_is_left_to_the_backoff(
    emu: Emulator, still: AsyncFakeClock, wish: str, transport: TransportName
) -> None:
    emu.script([{"status": 429, "retry-after": wish}] * 2)
    async with client_with(transport, emu, still) as client:
        with pytest.raises(RateLimitError) as caught:
            await client.models.list(max_retries=1)
    assert caught.value.retry_after is None
    source = random.Random(1)
    assert still.sleeps == [source.uniform(0, 0.5)]


@pytest.mark.parametrize("wish", ["121", "1e6", "date:100000"])
async def test_a_wish_that_is_too_long_is_raised_at_once(
    emu: Emulator, still: AsyncFakeClock, wish: str, transport: TransportName
) -> None:
    async with client_with(transport, emu, still) as client:
        with pytest.raises(RateLimitError) as caught:
            await client.models.list(extra_headers=behaving(f"status=429, retry-after={wish}"))
    assert still.sleeps == []
    assert len(emu.requests) == 1
    assert caught.value.retry_after is not None
    assert caught.value.retry_after > 120
    (note,) = caught.value.__notes__
    assert "max_retry_after" in note


async def test_a_longer_wish_may_be_allowed(emu: Emulator, still: AsyncFakeClock, transport: TransportName) -> None:
    emu.script(["status=429, retry-after=500"])
    async with client_with(transport, emu, still, Retry(max_retry_after=600)) as client:
        await client.models.list()
    assert 500 <= still.sleeps[0] <= 550


async def test_a_wait_that_does_not_fit_the_deadline_is_not_begun(
    emu: Emulator, still: AsyncFakeClock, transport: TransportName
) -> None:
    emu.script(["status=429, retry-after=6", "status=429, retry-after=6"])
    async with client_with(transport, emu, still) as client:
        with pytest.raises(RateLimitError) as caught:
            await client.models.list(deadline=10)
    assert len(emu.requests) == 2
    assert len(still.sleeps) == 1
    assert caught.value.retry_after == 6
    assert "would not fit into the deadline" in caught.value.__notes__[-1]


async def test_the_budget_bounds_the_retries_of_a_client(
    emu: Emulator, still: AsyncFakeClock, transport: TransportName
) -> None:
    async with client_with(transport, emu, still, Retry(budget=3)) as client:
        failing = client.with_options(extra_headers=behaving("status=503"))
        for attempts in (3, 2, 1):
            with pytest.raises(ServiceUnavailableError) as caught:
                await failing.models.list()
            assert caught.value.attempts == attempts
        assert "retry budget" in caught.value.__notes__[-1]
        for _ in range(5):
            await client.models.list()
        with pytest.raises(ServiceUnavailableError) as caught:
            await failing.models.list()
        assert caught.value.attempts == 2


async def test_a_budget_without_end_bounds_nothing(
    emu: Emulator, still: AsyncFakeClock, transport: TransportName
) -> None:
    async with client_with(transport, emu, still, Retry(budget=math.inf)) as client:
        with pytest.raises(ServiceUnavailableError):
            await client.models.list(extra_headers=behaving("status=503"), max_retries=150)
    assert len(emu.requests) == 151


async def test_every_retry_is_one_event_and_one_line(
    emu: Emulator, still: AsyncFakeClock, caplog: pytest.LogCaptureFixture, transport: TransportName
) -> None:
    events: list[RetryEvent] = []
    emu.script(["drop", "status=503", None, None])
    with caplog.at_level(logging.INFO, logger="baseten_sdk"):
        async with client_with(transport, emu, still, hooks=[events.append]) as client:
            await client.models.list(extra_query={"q": "hidden"})
            await client.models.list()
    assert [(e.method, e.attempt, e.reason, e.wait) for e in events] == [
        ("GET", 1, "first_byte failed", still.sleeps[0]),
        ("GET", 2, "503", still.sleeps[1]),
    ]
    assert {event.url for event in events} == {f"{emu.base_url}/models"}
    assert events[0].request_id is None
    assert events[1].request_id is not None
    lines = [record.getMessage() for record in caplog.records if record.name == "baseten_sdk"]
    assert len(lines) == 2
    assert all("/v1/models" in line and "next in" in line for line in lines)
    assert "attempt 2 failed (503)" in lines[1]
    assert "hidden" not in "".join(lines)
    assert emu.api_key not in "".join(lines)


async def test_a_hook_that_raises_is_logged_and_changes_nothing(
    emu: Emulator, still: AsyncFakeClock, caplog: pytest.LogCaptureFixture, transport: TransportName
) -> None:
    told: list[RetryEvent] = []

    def bad(event: RetryEvent) -> None:
        raise ZeroDivisionError

    emu.script(["status=503"])
    async with client_with(transport, emu, still, hooks=[bad, told.append]) as client:
        assert (await client.models.list()).meta.attempts == 2
    assert len(told) == 1
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.name == "baseten_sdk"
    assert record.exc_info is not None


async def test_the_key_is_asked_for_again_by_each_attempt(
    emu: Emulator, still: AsyncFakeClock, transport: TransportName
) -> None:
    keys = iter(["stale.key", emu.api_key])
    emu.script(["status=503"])
    async with AsyncClient(transport=transport, api_key=lambda: next(keys), endpoints=emu.endpoints) as client:
        client._service.caller.clock = still
        with pytest.raises(APIStatusError) as caught:
            await client.models.list(max_retries=0)
        assert caught.value.status_code == 403
        with pytest.raises(InternalServerError):
            await client.models.list(max_retries=0)
    assert [request.headers["authorization"] for request in emu.requests] == [
        "Bearer stale.key",
        f"Bearer {emu.api_key}",
    ]


@pytest.mark.parametrize("end", [[Read()], [Read(), Reset()]], ids=["closed", "reset"])
async def test_a_request_that_a_reused_connection_lost_is_sent_again_as_a_retry_and_told_as_one(
    end: list[Action], transport: TransportName, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "baseten_sdk")
    told: list[RetryEvent] = []
    with ScriptedServer([MODELS, *end], [MODELS]) as server:
        async with AsyncClient(
            api_key=KEY, base_url=server.url, transport=transport, retry=ONCE_MORE, hooks=[told.append]
        ) as client:
            await client.models.list()
            again = await client.models.list()
    assert again.meta.attempts == 2
    assert len(server.requests) == 3
    assert [(event.attempt, event.reason) for event in told] == [(1, "first_byte failed")]
    assert len([record for record in caplog.records if "attempt 1 failed" in record.getMessage()]) == 1


@pytest.mark.parametrize("end", [[Read()], [Read(), Reset()]], ids=["closed", "reset"])
async def test_it_is_not_sent_again_where_no_retry_is_allowed(end: list[Action], transport: TransportName) -> None:
    told: list[RetryEvent] = []
    with ScriptedServer([MODELS, *end], [MODELS]) as server:
        async with AsyncClient(
            api_key=KEY, base_url=server.url, transport=transport, max_retries=0, hooks=[told.append]
        ) as client:
            await client.models.list()
            with pytest.raises(APIConnectionError) as caught:
                await client.models.list()
            assert IDLE in repr(client)
    assert (caught.value.attempts, caught.value.phase) == (1, "first_byte")
    assert len(server.requests) == 2
    assert told == []
