"""Many async requests, waited for together: as they end, at the service's pace, and alike."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import anyio
import pytest

from baseten_sdk import (
    AsyncClient,
    AsyncCompletedJobs,
    AsyncJob,
    AuthenticationError,
    ConfigurationError,
    DeadlineExceeded,
    Limits,
    NotFoundError,
)
from baseten_sdk.emulator import Emulator
from tests._async.conftest import QUICK
from tests._async.fake_clock import AsyncFakeClock
from tests.asking import behaving

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(emu: Emulator) -> AsyncIterator[AsyncClient]:
    """One transport will do: nothing here is its business."""
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, retry=QUICK) as client:
        yield client


async def submitted(client: AsyncClient, spec: str) -> AsyncJob:
    return await client.deployments("abcd1234").async_predict(
        {}, max_time_in_queue_seconds=1000, extra_headers=behaving(spec)
    )


async def collect(ends: AsyncCompletedJobs, seen: list[AsyncJob]) -> None:
    async for job, _ in ends:
        seen.append(job)


async def test_requests_are_told_as_they_end(client: AsyncClient, emu: Emulator, clock: AsyncFakeClock) -> None:
    began = time.monotonic()
    slow = await submitted(client, "queue=60, run=0")
    quick = await submitted(client, "queue=0, run=0")
    doomed = await submitted(client, "queue=20, run=0, fail-with=MODEL_PREDICT_ERROR")
    ends = [
        (job, status.status) async for job, status in client.async_requests.as_completed([slow, quick, doomed, quick])
    ]
    assert ends == [(quick, "SUCCEEDED"), (doomed, "FAILED"), (slow, "SUCCEEDED")]
    real = time.monotonic() - began  # the emulator's clock goes on by itself, too
    assert sum(clock.sleeps) + real >= 60
    assert sum(clock.sleeps) <= 80
    assert len(emu.requests) < 60


async def test_nothing_to_wait_for_is_over_at_once(client: AsyncClient) -> None:
    assert [job async for job, _ in client.async_requests.as_completed([])] == []


async def test_the_iteration_can_be_left_and_gone_on_with(client: AsyncClient, clock: AsyncFakeClock) -> None:
    jobs = [await submitted(client, "queue=0, run=0") for _ in range(5)]
    ends = client.async_requests.as_completed(jobs)
    seen: list[AsyncJob] = []
    async for job, _ in ends:
        seen.append(job)
        break
    await collect(ends, seen)
    assert seen == jobs


async def test_many_are_asked_in_turn_and_within_the_pace(client: AsyncClient, emu: Emulator) -> None:
    """On the real clock: 60 requests, at 100 a second instead of 20 so that the test is short."""
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, limits=Limits(status_calls=100)) as quick:
        jobs = [await submitted(quick, "queue=0, run=0.5") for _ in range(60)]
        emu.requests.clear()
        began = time.monotonic()
        ends = [job async for job, status in quick.async_requests.as_completed(jobs) if status.succeeded]
        took = time.monotonic() - began
    assert {job.request_id for job in ends} == {job.request_id for job in jobs}
    assert len(emu.requests) <= 100 * took + 1
    asked = [request.path.rpartition("/")[2] for request in emu.requests]
    counts = [asked.count(job.request_id) for job in jobs]
    assert max(counts) - min(counts) <= 1


async def test_a_delivery_is_waited_for_too(client: AsyncClient, clock: AsyncFakeClock) -> None:
    job = await client.deployments("abcd1234").async_predict(
        {}, webhook_endpoint="https://example.com/x", extra_headers=behaving("queue=0, run=0, webhook-delay=10000")
    )
    ((_, status),) = [end async for end in client.async_requests.as_completed([job])]
    assert status.delivery_pending
    assert 60 <= sum(clock.sleeps) <= 80


async def test_a_deadline_says_how_many_go_on(client: AsyncClient, clock: AsyncFakeClock) -> None:
    jobs = [await submitted(client, f"queue={seconds}, run=0") for seconds in (0, 500, 600)]
    seen: list[AsyncJob] = []
    with pytest.raises(DeadlineExceeded, match=r"2 of 3 async requests had not ended after 100 s\. They") as caught:
        await collect(client.async_requests.as_completed(jobs, deadline=100), seen)
    assert "as_completed() again with a larger deadline=" in str(caught.value)
    assert "max_retries" not in str(caught.value)
    assert seen == jobs[:1]
    assert sum(clock.sleeps) <= 105
    with pytest.raises(ConfigurationError, match="deadline"):
        client.async_requests.as_completed(jobs, deadline=0)


async def test_a_passing_trouble_is_asked_again_later(
    client: AsyncClient, emu: Emulator, clock: AsyncFakeClock
) -> None:
    jobs = [await submitted(client, "queue=0, run=0") for _ in range(3)]
    emu.script(["status=503", "status=429", "drop", "status=500"])
    ends = [job async for job, _ in client.async_requests.as_completed(jobs, max_retries=0)]
    assert {job.request_id for job in ends} == {job.request_id for job in jobs}


async def test_a_request_that_is_not_found_is_told_after_the_others(client: AsyncClient, clock: AsyncFakeClock) -> None:
    deployment = client.deployments("abcd1234")
    unknown = [deployment.job("0" * 32), deployment.job("1" * 32)]
    late = await submitted(client, "queue=30, run=0")
    seen: list[AsyncJob] = []
    with pytest.raises(NotFoundError) as caught:
        await collect(client.async_requests.as_completed([*unknown, late]), seen)
    assert seen == [late]
    notes = " ".join(caught.value.__notes__)
    assert unknown[0].request_id in notes
    assert unknown[1].request_id in notes


async def test_a_key_that_is_refused_ends_the_wait_for_all(
    client: AsyncClient, emu: Emulator, clock: AsyncFakeClock
) -> None:
    jobs = [await submitted(client, "queue=0, run=0") for _ in range(3)]
    emu.script([None, "status=401"])
    ends = client.async_requests.as_completed(jobs)
    seen: list[AsyncJob] = []
    with pytest.raises(AuthenticationError):
        await collect(ends, seen)
    await collect(ends, seen)
    assert sorted(job.request_id for job in seen) == sorted(job.request_id for job in jobs)


# unasync: remove
async def test_a_wait_that_is_cancelled_can_be_gone_on_with(client: AsyncClient, emu: Emulator) -> None:
    jobs = [await submitted(client, "queue=0, run=0") for _ in range(3)]
    ends = client.async_requests.as_completed(jobs)
    emu.script(["hang"] * 3)
    with anyio.move_on_after(0.1) as scope:
        await anext(ends)
    assert scope.cancelled_caught
    emu.faults.clear()
    assert len([job async for job, _ in ends]) == 3


# unasync: end
