"""Waking a deployment that is scaled to zero, and the depth of its queue."""

from __future__ import annotations

import pytest

from baseten_sdk import (
    AsyncClient,
    AuthenticationError,
    DeadlineExceeded,
)
from baseten_sdk.emulator import Emulator
from tests._async.fake_clock import AsyncFakeClock
from tests.asking import IDLE, behaving, only

pytestmark = pytest.mark.anyio


async def test_queue_status_counts(client: AsyncClient) -> None:
    deployment = client.deployments("queue123")
    before = await deployment.queue_status()
    for queue in ("0", "100", "100"):
        await deployment.async_predict({}, extra_headers=behaving(f"queue={queue}, run=100"))
    status = await deployment.queue_status()
    assert status.num_queued_requests - before.num_queued_requests == 2
    assert status.num_in_progress_requests - before.num_in_progress_requests == 1
    assert status.model_id == "queue123"
    assert status.meta.status_code == 200


async def test_waking_asks_once(client: AsyncClient, emu: Emulator) -> None:
    emu.scale_to_zero("wake0001")
    await client.deployments("wake0001").wake()
    assert (only(emu).method, only(emu).body) == ("POST", b"")
    assert emu.state("wake0001") != "SCALED_TO_ZERO"


async def test_waking_may_wait_until_the_container_answers(
    client: AsyncClient, emu: Emulator, clock: AsyncFakeClock
) -> None:
    emu.scale_to_zero("wake0002")
    await client.deployments("wake0002", environment="development").wake(wait=True, deadline=60)
    assert emu.state("wake0002") == "ACTIVE"
    assert [request.path.rpartition("development")[2] for request in emu.requests[:2]] == ["/wake", "/sync/health"]
    assert sum(clock.sleeps) < 60


@pytest.mark.parametrize("spec", ["not-ready", "bad-gateway", "overloaded"])
async def test_waking_waits_while_the_service_answers_for_the_container(
    client: AsyncClient, emu: Emulator, clock: AsyncFakeClock, spec: str
) -> None:
    emu.script([None, spec, spec])
    await client.deployments("wake0003").wake(wait=True)
    assert len(emu.requests) == 4
    assert len(clock.sleeps) == 2


async def test_waking_ends_at_once_where_the_container_has_no_such_path(client: AsyncClient, emu: Emulator) -> None:
    await client.deployments("abcd1234").wake(wait=True, probe="no/such/path")
    assert [request.status for request in emu.requests] == [202, 404]


async def test_waking_ends_where_it_cannot_help(client: AsyncClient, emu: Emulator) -> None:
    emu.script([None, "status=403"])
    with pytest.raises(AuthenticationError):
        await client.deployments("abcd1234").wake(wait=True)
    assert len(emu.requests) == 2


async def test_waking_has_a_deadline(client: AsyncClient, emu: Emulator, clock: AsyncFakeClock) -> None:
    emu.faults.push("not-ready", times=20, path="/sync/")
    with pytest.raises(DeadlineExceeded, match="not awake after 10 s") as caught:
        await client.deployments("wake0004").wake(wait=True, deadline=10)
    assert caught.value.limit == 10
    assert "wake() again with a larger deadline=" in str(caught.value)
    assert "max_retries" not in str(caught.value)
    assert sum(clock.sleeps) <= 10
    assert IDLE in repr(client)
