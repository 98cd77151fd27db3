"""What type checkers make of `client.jobs`. Nothing here is run: `make lint` checks it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import assert_type

from pydantic import BaseModel

from baseten_sdk import (
    AsyncClient,
    AsyncJobs,
    Client,
    JobFailure,
    JobResult,
    JobResults,
    Jobs,
    JobsProgress,
    JobsReport,
    JsonValue,
)
from baseten_sdk.receiver import SQLiteStore


class Transcript(BaseModel):
    text: str


def name(row: object) -> str:
    return str(row)


async def a_run_gives_a_report(client: AsyncClient, twin: Client, rows: AsyncIterator[dict[str, int]]) -> None:
    assert_type(client.jobs, AsyncJobs)
    assert_type(twin.jobs, Jobs)
    async with client.webhooks.listen(secrets=["s"], url="https://example.com", store="inbox.sqlite") as inbox:
        report = await client.jobs.submit(
            rows,
            deployment=client.deployments("abcd1234"),
            webhook=inbox,
            ledger="jobs.sqlite",
            key=name,
            priority=1,
            max_time_in_queue_seconds=3600,
            inference_retry_config={"max_attempts": 1},
            progress=print,
        )
        assert_type(report, JobsReport)
        await client.jobs.submit(None, deployment=client.chains("c"), webhook=inbox, ledger="chain.sqlite")
    elsewhere = twin.webhooks.inbox(SQLiteStore("inbox.sqlite"), url="https://example.com")
    made = twin.jobs.submit(
        [{"n": 1}], deployment=twin.deployments("abcd1234"), webhook=elsewhere, ledger="jobs.sqlite", progress="bar"
    )
    assert_type(made, JobsReport)
    twin.jobs.submit(
        (n for n in range(3)), deployment=twin.chains("c"), webhook="https://example.com/hook", ledger="jobs.sqlite"
    )


def results_have_the_type_that_was_asked_for(report: JobsReport) -> None:
    assert_type(report.results(), Iterator[JobResult[JsonValue]])
    for result in report.results(response_model=Transcript):
        assert_type(result, JobResult[Transcript])
        assert_type(result.output, Transcript | None)
        assert_type(result.failure, JobFailure | None)
    for untyped in JobResults("jobs.sqlite"):
        assert_type(untyped.output, JsonValue | None)
    assert_type(report.failures, tuple[JobFailure, ...])
    assert_type(report.attempts, dict[int, int])


def progress_is_data(progress: JobsProgress) -> None:
    assert_type(progress.over, int)
    assert_type(progress.queued, int | None)


def mistakes_are_found(client: Client, other: AsyncClient) -> None:
    dep = client.deployments("abcd1234")
    hook = "https://example.com/hook"
    client.jobs.submit([], deployment=dep, webhook=hook)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # no ledger
    client.jobs.submit([], deployment=dep, webhook=5, ledger="l")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.jobs.submit(5, deployment=dep, webhook=hook, ledger="l")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.jobs.submit([], deployment=other.deployments("a"), webhook=hook, ledger="l")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.jobs.submit([], deployment=dep, webhook=hook, ledger="l", progress="loud")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
