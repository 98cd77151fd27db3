"""A run that is cancelled, or interrupted, waits for the replies that are under way and writes them down."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from baseten_sdk import AsyncClient, Client
from baseten_sdk.emulator import Emulator
from baseten_sdk.emulator.queue.records import RecordedRequest
from baseten_sdk.jobs import sender
from tests.jobs.killing import started, worker
from tests.jobs.worker import SECRET

ROWS = [{"n": number} for number in range(40)]


def unknown(ledger: Path) -> int:
    """Submissions whose fate nobody knows."""
    with closing(sqlite3.connect(ledger)) as connection:
        query = "SELECT count(*) FROM baseten_submissions WHERE request_id IS NULL AND outcome IS NULL"
        return int(connection.execute(query).fetchone()[0])


@pytest.mark.anyio
async def test_a_cancelled_run_leaves_nothing_of_unknown_fate(tmp_path: Path) -> None:
    ledger, store = tmp_path / "jobs.sqlite", tmp_path / "inbox.sqlite"
    with Emulator(webhook_secrets=[SECRET]) as emu:
        emu.faults.always("delay=50")
        async with (
            AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints) as client,
            client.webhooks.listen(secrets=[SECRET], port=0, store=store) as inbox,
        ):
            deployment = client.deployments("abcd1234")
            with anyio.CancelScope() as scope:
                async with anyio.create_task_group() as tasks:

                    async def cancel() -> None:
                        await anyio.to_thread.run_sync(emu.jobs.wait_for, 3)
                        scope.cancel()

                    tasks.start_soon(cancel)
                    await client.jobs.submit(ROWS, deployment=deployment, webhook=inbox, ledger=ledger, concurrency=8)
            assert scope.cancelled_caught
            assert 3 <= len(emu.jobs) < len(ROWS)
            assert await anyio.to_thread.run_sync(unknown, ledger) == 0
            report = await client.jobs.submit(ROWS, deployment=deployment, webhook=inbox, ledger=ledger)
        assert report.ok
        assert sorted(str(job.model_input) for job in emu.jobs) == sorted(map(str, ROWS))


@pytest.mark.anyio
async def test_what_is_delivered_after_a_cancelled_run_is_kept_for_the_next(tmp_path: Path) -> None:
    ledger = tmp_path / "jobs.sqlite"
    with Emulator(webhook_secrets=[SECRET], run_seconds=0.3) as emu:
        async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints) as client:
            deployment = client.deployments("abcd1234")
            async with client.webhooks.listen(secrets=[SECRET], port=0) as inbox, anyio.create_task_group() as tasks:
                tasks.start_soon(
                    partial(client.jobs.submit, ROWS[:3], deployment=deployment, webhook=inbox, ledger=ledger)
                )
                await anyio.to_thread.run_sync(emu.jobs.wait_for, 3)
                tasks.cancel_scope.cancel()
                with anyio.CancelScope(shield=True):
                    await anyio.to_thread.run_sync(emu.deliveries.wait_for, 3)
            async with client.webhooks.listen(secrets=[SECRET], port=0) as another:
                report = await client.jobs.submit(ROWS[:3], deployment=deployment, webhook=another, ledger=ledger)
        assert report.ok
        assert len(emu.jobs) == 3


@pytest.mark.anyio
async def test_a_reply_that_does_not_come_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "GRACE", 0.05)
    ledger = tmp_path / "jobs.sqlite"

    def sent(seen: list[RecordedRequest]) -> bool:
        return any("async_predict" in request.path for request in seen)

    with Emulator() as emu:
        emu.faults.push("hang", path="async_predict")
        async with (
            AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints) as client,
            anyio.create_task_group() as group,
        ):
            submit = partial(
                client.jobs.submit,
                ROWS[:1],
                deployment=client.deployments("abcd1234"),
                webhook="https://example.com/hook",
                ledger=ledger,
            )
            group.start_soon(submit)
            assert await anyio.to_thread.run_sync(emu.requests.wait_until, sent)
            group.cancel_scope.cancel()
    assert await anyio.to_thread.run_sync(unknown, ledger) == 1


def test_ctrl_c_leaves_nothing_of_unknown_fate(tmp_path: Path) -> None:
    with Emulator(webhook_secrets=[SECRET]) as emu:
        emu.faults.always("delay=50")
        with started(worker(emu, tmp_path, "listen:0", len(ROWS))) as process:
            emu.jobs.wait_for(3)
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=60) != 0
        assert 3 <= len(emu.jobs) < len(ROWS)
        assert unknown(tmp_path / "jobs.sqlite") == 0


@pytest.mark.anyio
async def test_a_sync_run_may_be_made_inside_of_an_event_loop(tmp_path: Path) -> None:
    with Emulator(webhook_secrets=[SECRET]) as emu, Client(api_key=emu.api_key, endpoints=emu.endpoints) as client:
        with client.webhooks.listen(secrets=[SECRET], port=0) as inbox:
            report = client.jobs.submit(
                ROWS[:3], deployment=client.deployments("abcd1234"), webhook=inbox, ledger=tmp_path / "jobs.sqlite"
            )
        assert report.ok
