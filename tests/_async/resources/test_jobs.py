"""Ledgers of jobs over a socket: what comes of rows, how often each is sent, and what a ledger knows afterwards."""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from pydantic import BaseModel

from baseten_sdk import (
    APIStatusError,
    AsyncClient,
    AsyncInbox,
    ConfigurationError,
    InferenceRetryConfig,
    JobResults,
    JobsProgress,
    JobsReport,
    LedgerError,
    NotFoundError,
    PermissionDeniedError,
    ResponseValidationError,
    WebhookStoreError,
)
from baseten_sdk.emulator import Emulator
from baseten_sdk.receiver import MemoryStore, StoredDelivery
from tests._async.conftest import QUICK
from tests.asking import IDLE, fields
from tests.jobs.clocks import install_idle_clock

pytestmark = pytest.mark.anyio

AT_ONCE = "queue=0, run=0"
WINDOW = 40.0


class Echo(BaseModel):
    n: int


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """One whose clock stands still until a run waits."""
    now = time.time()
    with Emulator(clock=lambda: now) as running:
        yield running


@pytest.fixture(autouse=True)
def clock(emu: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    install_idle_clock(emu, monkeypatch)


@pytest.fixture
async def client(emu: Emulator) -> AsyncIterator[AsyncClient]:
    """One transport will do: nothing here is its business."""
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, retry=QUICK) as client:
        yield client


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "jobs.sqlite"


@asynccontextmanager
async def listening(client: AsyncClient) -> AsyncGenerator[AsyncInbox]:
    async with client.webhooks.listen(secrets=[], allow_unsigned=True, port=0) as inbox:
        yield inbox


def inputs(count: int, spec: str = AT_ONCE) -> list[dict[str, object]]:
    return [{"n": number, "emulator": spec} for number in range(1, count + 1)]


async def submit(
    client: AsyncClient,
    rows: Iterable[object] | None,
    webhook: AsyncInbox | str,
    ledger: Path,
    *,
    max_submissions: int = 3,
    retry_failed: bool = False,
    max_time_in_queue_seconds: int | None = None,
    hold: float | None = None,
) -> JobsReport:
    return await client.jobs.submit(
        rows,
        deployment=client.deployments("abcd1234"),
        webhook=webhook,
        ledger=ledger,
        max_submissions=max_submissions,
        retry_failed=retry_failed,
        max_time_in_queue_seconds=max_time_in_queue_seconds,
        delivery_window=WINDOW,
        hold=hold,
    )


def sent(emu: Emulator) -> list[int]:
    """The numbers of the rows that were accepted, in order."""
    numbers: list[int] = []
    for job in emu.jobs:
        assert isinstance(job.model_input, dict)
        number = job.model_input["n"]
        assert isinstance(number, int)
        numbers.append(number)
    return numbers


# --- what comes


async def test_every_row_is_sent_once_and_its_output_kept(client: AsyncClient, emu: Emulator, ledger: Path) -> None:
    async with listening(client) as inbox:
        report = await submit(client, inputs(20), inbox, ledger)
    assert report.ok
    assert (report.rows, report.succeeded, report.failed, report.unfinished) == (20, 20, 0, 0)
    assert (report.submissions, report.outcomes, report.attempts) == (20, {"succeeded": 20}, {1: 20})
    assert sorted(sent(emu)) == list(range(1, 21))
    results = list(report.results(response_model=Echo))
    assert [(result.key, result.output) for result in results] == [(str(n), Echo(n=n)) for n in range(1, 21)]
    assert all(result.failure is None and result.submissions == 1 for result in results)
    assert report.median is not None
    assert report.slowest is not None
    assert 0 <= report.median <= report.slowest <= report.elapsed
    assert json.loads(report.json())["succeeded"] == 20
    assert str(report).startswith("20 of 20 rows succeeded in ")
    # A sync client's run has a client of its own.
    assert IDLE in repr(client) or "<not connected>" in repr(client)


async def test_every_field_is_sent_and_a_tag_in_the_webhook_s_url(
    client: AsyncClient, emu: Emulator, ledger: Path
) -> None:
    config: InferenceRetryConfig = {"max_attempts": 1}
    async with listening(client) as inbox:
        await client.jobs.submit(
            inputs(1),
            deployment=client.deployments("abcd1234", environment="staging"),
            webhook=inbox,
            ledger=ledger,
            priority=2,
            max_time_in_queue_seconds=60,
            inference_retry_config=config,
        )
        (request,) = [request for request in emu.requests if request.method == "POST"]
        body = fields(request)
        webhook = body.pop("webhook_endpoint")
        tag = request.headers["x-baseten-customer-request-id"]
        assert webhook == f"{inbox.url}?baseten_tag={tag}"
    assert request.path == "/model/abcd1234/environments/staging/async_predict"
    assert body == {
        "model_input": inputs(1)[0],
        "priority": 2,
        "max_time_in_queue_seconds": 60,
        "inference_retry_config": config,
    }


async def test_a_chain_takes_rows_too(client: AsyncClient, emu: Emulator, ledger: Path) -> None:
    async with listening(client) as inbox:
        report = await client.jobs.submit(
            [{"text": "a", "emulator": AT_ONCE}], deployment=client.chains("chain123"), webhook=inbox, ledger=ledger
        )
    assert [result.output for result in report.results()] == ["The chain read: a"]


async def test_a_run_that_is_over_is_not_begun_again(client: AsyncClient, emu: Emulator, ledger: Path) -> None:
    async with listening(client) as inbox:
        await submit(client, inputs(3), inbox, ledger)
        report = await submit(client, inputs(5), inbox, ledger)
        again = await submit(client, None, inbox, ledger)
    assert sorted(sent(emu)) == [1, 2, 3, 4, 5]
    assert (report.rows, report.succeeded) == (again.rows, again.succeeded) == (5, 5)


async def test_rows_may_be_named(client: AsyncClient, emu: Emulator, ledger: Path) -> None:
    def name(row: object) -> str:
        assert isinstance(row, dict)
        return f"row-{row['n']}"

    deployment = client.deployments("abcd1234")
    rows = inputs(3)
    async with listening(client) as inbox:
        await client.jobs.submit(rows, deployment=deployment, webhook=inbox, ledger=ledger, key=name)
        await client.jobs.submit(rows[::-1] + rows, deployment=deployment, webhook=inbox, ledger=ledger, key=name)
    assert sorted(sent(emu)) == [1, 2, 3]
    assert sorted(result.key for result in JobResults(ledger)) == ["row-1", "row-2", "row-3"]


async def test_only_so_many_are_outstanding(client: AsyncClient, emu: Emulator, ledger: Path) -> None:
    read = 0

    def rows() -> Iterable[object]:
        nonlocal read
        for row in inputs(100, "queue=0, run=0.01"):
            read += 1
            open_now = len(emu.jobs) - sum(job.webhook_status != "PENDING" for job in emu.jobs)
            assert open_now <= 6
            assert read - len(emu.deliveries) <= 6 + 64 + 6
            yield row

    async with listening(client) as inbox:
        report = await client.jobs.submit(
            rows(),
            deployment=client.deployments("abcd1234"),
            webhook=inbox,
            ledger=ledger,
            outstanding=5,
            concurrency=2,
        )
    assert report.succeeded == 100


# --- what fails


async def test_what_fails_is_reported_and_not_sent_again(client: AsyncClient, emu: Emulator, ledger: Path) -> None:
    rows = [*inputs(2), {"n": 3, "emulator": f"{AT_ONCE}, fail-with=MODEL_PREDICT_ERROR"}]
    async with listening(client) as inbox:
        report = await submit(client, rows, inbox, ledger)
    assert not report.ok
    assert (report.succeeded, report.failed, report.reasons) == (2, 1, {"failed": 1})
    (failure,) = report.failures
    assert (failure.key, failure.reason, failure.submissions) == ("3", "failed", 1)
    assert failure.detail == "MODEL_PREDICT_ERROR: the model's code raised"
    assert "1 failed: 1 failed" in str(report)
    assert sorted(sent(emu)) == [1, 2, 3]
    failed = [result for result in report.results() if result.failure is not None]
    assert [(result.key, result.output, result.failure) for result in failed] == [("3", None, failure)]


async def test_failed_rows_may_be_sent_again_later(client: AsyncClient, emu: Emulator, ledger: Path) -> None:
    rows = [{"n": 1, "emulator": AT_ONCE}]
    async with listening(client) as inbox:
        emu.faults.push("fail-with=MODEL_UNAVAILABLE", path="async_predict")
        assert (await submit(client, rows, inbox, ledger)).failed == 1
        assert (await submit(client, rows, inbox, ledger)).failed == 1
        report = await submit(client, rows, inbox, ledger, retry_failed=True)
    assert (report.succeeded, report.attempts) == (1, {2: 1})
    assert sent(emu) == [1, 1]


async def test_rows_that_cannot_be_sent_cost_the_others_nothing(
    client: AsyncClient, emu: Emulator, ledger: Path
) -> None:
    rows = [{"n": 1, "text": "x" * 300_000}, {"n": float("nan")}, *inputs(1)]
    async with listening(client) as inbox:
        report = await submit(client, rows, inbox, ledger)
        again = await submit(client, rows, inbox, ledger)
    assert report.reasons == again.reasons == {"refused": 2}
    assert "the service takes 262,144" in report.failures[0].detail
    assert "send its URL" in report.failures[0].detail
    assert "n" in report.failures[1].detail
    assert sent(emu) == [1]


async def test_a_row_that_the_service_refuses_is_reported(client: AsyncClient, emu: Emulator, ledger: Path) -> None:
    emu.faults.push("status=422, message=nope", path="async_predict")
    async with listening(client) as inbox:
        report = await submit(client, inputs(1), inbox, ledger)
    assert report.reasons == {"refused": 1}
    assert "nope" in report.failures[0].detail


# --- what is sent again


@pytest.mark.parametrize("spec", ["webhook=lost", "webhook=astray"])
async def test_a_lost_output_is_asked_for_again(client: AsyncClient, emu: Emulator, ledger: Path, spec: str) -> None:
    emu.faults.push(spec, path="async_predict")
    async with listening(client) as inbox:
        report = await submit(client, inputs(2), inbox, ledger)
    assert report.ok
    assert (report.outcomes, report.attempts) == ({"lost": 1, "succeeded": 2}, {1: 1, 2: 1})
    assert sorted(sent(emu)) in ([1, 1, 2], [1, 2, 2])
    assert "1 sent again" in str(report)


async def test_it_is_not_asked_for_without_end(client: AsyncClient, emu: Emulator, ledger: Path) -> None:
    rows = [{"n": 1, "emulator": f"{AT_ONCE}, webhook=lost"}]
    async with listening(client) as inbox:
        report = await submit(client, rows, inbox, ledger, max_submissions=2)
    assert report.reasons == {"lost": 1}
    assert report.failures[0].detail == "status WEBHOOK_FAILED, webhook FAILED"
    assert sent(emu) == [1, 1]


async def test_a_row_that_expires_is_sent_again(client: AsyncClient, emu: Emulator, ledger: Path) -> None:
    def let_it_wait() -> None:
        emu.jobs.wait_for(1)
        emu.advance(11)

    emu.faults.push("queue=1000", path="async_predict")
    waiting = threading.Thread(target=let_it_wait)
    waiting.start()
    async with listening(client) as inbox:
        report = await submit(client, inputs(1, "run=0"), inbox, ledger, max_time_in_queue_seconds=10)
    waiting.join()
    assert report.ok
    assert report.outcomes == {"expired": 1, "succeeded": 1}
    assert sent(emu) == [1, 1]


@pytest.mark.parametrize("spec", ["capacity", "status=529, retry-after=0.05"])
async def test_a_refusal_for_now_is_waited_out(client: AsyncClient, emu: Emulator, ledger: Path, spec: str) -> None:
    emu.faults.push(spec, path="async_predict")
    async with listening(client) as inbox:
        report = await submit(client, inputs(2), inbox, ledger)
    assert report.ok
    assert report.submissions == 2
    assert sorted(sent(emu)) == [1, 2]


async def test_a_delivery_that_comes_twice_counts_once(client: AsyncClient, emu: Emulator, ledger: Path) -> None:
    async with listening(client) as inbox:
        report = await submit(client, inputs(3, f"{AT_ONCE}, webhook=duplicate"), inbox, ledger)
        emu.deliveries.wait_for(6)
    assert (report.succeeded, report.submissions) == (3, 3)


async def test_a_delivery_may_come_before_the_id(client: AsyncClient, emu: Emulator, ledger: Path) -> None:
    async with listening(client) as inbox:
        report = await submit(client, inputs(2, f"{AT_ONCE}, delay=800"), inbox, ledger)
    assert report.ok
    assert report.slowest is not None
    assert report.slowest < 0.8
    assert sorted(sent(emu)) == [1, 2]


# --- submissions of unknown fate


@pytest.mark.parametrize("spec", ["drop", "status=502"])
async def test_a_submission_that_was_not_taken_is_made_again_when_the_queue_was_empty(
    client: AsyncClient, emu: Emulator, ledger: Path, spec: str
) -> None:
    emu.faults.push(spec, path="async_predict")
    async with listening(client) as inbox:
        report = await submit(client, inputs(3), inbox, ledger)
    assert report.ok
    assert report.outcomes == {"unknown": 1, "succeeded": 3}
    assert sorted(sent(emu)) == [1, 2, 3]


async def test_a_submission_whose_reply_was_lost_is_known_by_its_delivery(
    client: AsyncClient, emu: Emulator, ledger: Path
) -> None:
    async with listening(client) as inbox:
        report = await submit(client, inputs(3, f"{AT_ONCE}, cut=0, webhook-delay=0.1"), inbox, ledger)
    assert report.ok
    assert report.outcomes == {"succeeded": 3}
    assert sorted(sent(emu)) == [1, 2, 3]


async def test_a_queue_that_is_never_empty_holds_it_only_so_long(
    client: AsyncClient, emu: Emulator, ledger: Path
) -> None:
    await client.deployments("abcd1234").async_predict({"n": 99, "emulator": "queue=500"})
    emu.faults.push("drop", path="async_predict")
    async with listening(client) as inbox:
        report = await submit(client, inputs(1), inbox, ledger, hold=0.5)
    assert report.outcomes == {"unknown": 1, "succeeded": 1}
    assert sent(emu) == [99, 1]
    emu.advance(1000)


async def test_a_row_is_not_of_unknown_fate_without_end(client: AsyncClient, emu: Emulator, ledger: Path) -> None:
    emu.faults.push("drop", times=2, path="async_predict")
    async with listening(client) as inbox:
        report = await submit(client, inputs(1), inbox, ledger, max_submissions=2)
    assert report.reasons == {"unknown": 1}
    assert sent(emu) == []


# --- a receiver elsewhere


async def test_a_bare_url_is_watched_by_the_status_alone(client: AsyncClient, emu: Emulator, ledger: Path) -> None:
    async with listening(client) as inbox:
        report = await submit(client, inputs(2), f"{inbox.url}?x=1", ledger)
        tags = [job.webhook for job in emu.jobs]
    assert report.ok
    assert [result.output for result in report.results()] == [None, None]
    assert all(tag is not None and "?x=1&baseten_tag=" in tag for tag in tags)


async def test_what_a_bare_url_cannot_tell_is_reported_and_not_doubled(
    client: AsyncClient, emu: Emulator, ledger: Path
) -> None:
    emu.faults.push("cut=0", path="async_predict")
    async with listening(client) as inbox:
        report = await submit(client, inputs(1), inbox.url, ledger)
        assert report.reasons == {"unknown": 1}
        (job,) = emu.jobs
        assert job.webhook is not None
        assert job.webhook.partition("?")[2] in report.failures[0].detail
        assert (await submit(client, None, inbox.url, ledger)).failed == 1
        assert (await submit(client, None, inbox.url, ledger, retry_failed=True)).ok
    assert sent(emu) == [1, 1]


async def test_a_queue_that_is_too_long_is_waited_out(client: AsyncClient, emu: Emulator, ledger: Path) -> None:
    deployment = client.deployments("abcd1234")
    for _ in range(3):
        await deployment.async_predict({"n": 0, "emulator": "queue=50, run=0"})

    told: list[JobsProgress] = []

    def tell(progress: JobsProgress) -> None:
        told.append(progress)
        if len(told) == 2:
            assert len(emu.jobs) == 3
            emu.advance(60)

    async with listening(client) as inbox:
        report = await client.jobs.submit(
            inputs(2),
            deployment=deployment,
            webhook=inbox,
            ledger=ledger,
            max_queued=2,
            delivery_window=WINDOW,
            progress=tell,
        )
    assert report.ok
    assert told[0].queued == 3
    assert sorted(sent(emu)) == [0, 0, 0, 1, 2]


async def test_a_store_that_another_process_fills_is_looked_into(
    client: AsyncClient, emu: Emulator, ledger: Path
) -> None:
    store = MemoryStore()
    async with client.webhooks.listen(secrets=[], allow_unsigned=True, port=0, store=store) as running:
        inbox = client.webhooks.inbox(store, url=running.url)
        report = await submit(client, inputs(3), inbox, ledger)
    assert [result.output for result in report.results(response_model=Echo)] == [Echo(n=1), Echo(n=2), Echo(n=3)]


async def test_a_store_has_to_find_tags(client: AsyncClient, ledger: Path) -> None:
    class Plain:
        def add(self, deliveries: Iterable[StoredDelivery], /) -> None:
            """Keeps nothing."""

        def get(self, request_id: str, /) -> None:
            """Finds nothing."""

        def close(self) -> None:
            """Closes nothing."""

    inbox = client.webhooks.inbox(Plain(), url="https://example.com/hook")
    with pytest.raises(ConfigurationError, match="Plain lacks tagged"):
        await submit(client, inputs(1), inbox, ledger)


# --- what a ledger refuses


async def test_a_ledger_is_for_one_deployment(client: AsyncClient, emu: Emulator, ledger: Path) -> None:
    await submit(client, [], "https://example.com/hook", ledger)
    for other in (
        client.deployments("abcd1234", environment="staging"),
        client.deployments("other123"),
        client.chains("abcd1234"),
    ):
        with pytest.raises(LedgerError, match="belongs to model abcd1234, environments/production, not to"):
            await client.jobs.submit([], deployment=other, webhook="https://example.com/hook", ledger=ledger)


async def test_other_rows_are_refused(client: AsyncClient, emu: Emulator, ledger: Path) -> None:
    async with listening(client) as inbox:
        await submit(client, inputs(2), inbox, ledger)
        with pytest.raises(LedgerError, match="Row 2 is not what it was"):
            await submit(client, [inputs(1)[0], {"n": 5}], inbox, ledger)
    assert sorted(sent(emu)) == [1, 2]


async def test_a_run_that_cannot_go_on_leaves_its_rows(client: AsyncClient, emu: Emulator, ledger: Path) -> None:
    async with listening(client) as inbox:
        emu.faults.push("status=404", path="async_predict")
        with pytest.raises(NotFoundError):
            await submit(client, inputs(1), inbox, ledger)
        emu.faults.push("status=403", path="async_predict")
        with pytest.raises(PermissionDeniedError):
            await submit(client, inputs(1), inbox, ledger)
        report = await submit(client, None, inbox, ledger)
    assert (report.succeeded, report.submissions) == (1, 1)


@pytest.mark.parametrize("path", ["async_request", "async_queue_status", "async_predict"])
async def test_a_quota_that_is_used_up_ends_the_run(
    client: AsyncClient, emu: Emulator, ledger: Path, path: str
) -> None:
    rows = inputs(1, "queue=5, run=0")
    async with listening(client) as inbox:
        emu.faults.push("status=402", path=path)
        with pytest.raises(APIStatusError) as caught:
            await submit(client, rows, inbox, ledger)
        assert caught.value.quota_exhausted
        report = await submit(client, rows, inbox, ledger)
    assert report.ok
    assert sent(emu) == [1]


async def test_what_rows_raise_ends_the_run(client: AsyncClient, emu: Emulator, ledger: Path) -> None:
    def rows() -> Iterable[object]:
        yield from inputs(2)
        raise OSError("the file is gone")

    async with listening(client) as inbox:
        with pytest.raises(OSError, match="the file is gone"):
            await submit(client, rows(), inbox, ledger)
        report = await submit(client, inputs(2), inbox, ledger)
    assert report.ok
    assert sorted(sent(emu)) == [1, 2]


@pytest.mark.parametrize("rows", ["text", {"n": 1}, 5])
async def test_rows_have_to_be_many(client: AsyncClient, ledger: Path, rows: Iterable[object]) -> None:
    with pytest.raises(ConfigurationError, match="rows must be inputs one after another"):
        await submit(client, rows, "https://example.com/hook", ledger)


async def test_limits_are_checked(client: AsyncClient, ledger: Path) -> None:
    with pytest.raises(ConfigurationError, match="max_submissions must be an integer of at least 1, not 0"):
        await submit(client, [], "https://example.com/hook", ledger, max_submissions=0)
    with pytest.raises(ConfigurationError, match="hold must be a number of seconds above 0"):
        await submit(client, [], "https://example.com/hook", ledger, hold=-1)


async def test_outputs_of_another_type_are_told_by_their_rows(client: AsyncClient, emu: Emulator, ledger: Path) -> None:
    async with listening(client) as inbox:
        report = await submit(client, [{"text": "a", "emulator": AT_ONCE}], inbox, ledger)
    with pytest.raises(ResponseValidationError, match="The output of row 1 is not what was asked for"):
        list(report.results(response_model=Echo))


async def test_a_ledger_that_another_program_locks_ends_the_run_and_loses_nothing(
    client: AsyncClient, emu: Emulator, ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("baseten_sdk.jobs.ledger_file.WAIT", 0.05)
    others: list[sqlite3.Connection] = []

    def rows() -> Iterable[object]:
        yield inputs(1)[0]
        others.append(sqlite3.connect(ledger, isolation_level=None, check_same_thread=False, timeout=30))
        others[0].execute("BEGIN IMMEDIATE")
        yield from inputs(3)[1:]

    async with listening(client) as inbox:
        with pytest.raises((LedgerError, WebhookStoreError), match="another program has kept it locked"):
            await submit(client, rows(), inbox, ledger)
        others[0].close()
        monkeypatch.undo()
        report = await submit(client, inputs(3), inbox, ledger)
    assert report.ok
    assert sorted(set(sent(emu))) == [1, 2, 3]


async def test_progress_is_logged_or_told(
    client: AsyncClient, emu: Emulator, ledger: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[JobsProgress] = []
    deployment = client.deployments("abcd1234")
    async with listening(client) as inbox:
        with caplog.at_level(logging.INFO, "baseten_sdk.jobs"):
            await submit(client, inputs(2), inbox, ledger)
        await client.jobs.submit(inputs(3), deployment=deployment, webhook=inbox, ledger=ledger, progress=told.append)
        with pytest.raises(ConfigurationError, match="progress must be"):
            await client.jobs.submit(
                [],
                deployment=deployment,
                webhook=inbox,
                ledger=ledger,
                progress="loud",  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # no such display
            )
    assert caplog.messages[-1].startswith("2 of 2 over, 0 sent")
    assert (told[0].over, told[0].complete) == (2, False)
    assert (told[-1].over, told[-1].rows, told[-1].sent, told[-1].complete) == (3, 3, 0, True)


async def test_a_ledger_holds_no_key(client: AsyncClient, emu: Emulator, ledger: Path) -> None:
    async with listening(client) as inbox:
        await submit(client, inputs(2), inbox, ledger)
    with closing(sqlite3.connect(ledger)) as connection:
        dump = "\n".join(connection.iterdump())
    assert emu.api_key not in dump
    assert "INSERT INTO" in dump
