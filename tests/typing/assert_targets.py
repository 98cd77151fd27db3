"""What type checkers make of targets and of keys of rows. Nothing here is run: `make lint` checks it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import assert_type

from baseten_sdk import AsyncClient, AsyncDeployment, Chain, Client, Deployment, JobsReport, batch, user
from baseten_sdk.types.batch import Report


def there_is_one_target(client: Client, twin: AsyncClient, environment: str | None, region: str | None) -> None:
    assert_type(client.deployments("abcd1234"), Deployment)
    assert_type(client.deployments("abcd1234", environment=environment), Deployment)
    assert_type(client.deployments("abcd1234", deployment_id="wxyz123"), Deployment)
    assert_type(twin.deployments("abcd1234", regional=region), AsyncDeployment)
    assert_type(client.chains("chain123", regional="prod-us"), Chain)
    client.deployments("abcd1234", environment="staging", deployment_id="wxyz123")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    client.deployments("abcd1234", environment="staging", regional="prod-us")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    client.chains("chain123", deployment_id="wxyz123", regional="prod-us")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]


async def a_key_is_of_a_row(client: Client, twin: AsyncClient, later: AsyncIterator[dict[str, int]]) -> None:
    rows = [{"user": "ada", "text": "Hi"}]
    deployment = client.deployments("abcd1234")
    report = client.jobs.submit(
        rows, deployment=deployment, webhook="https://h", ledger="l.sqlite", key=lambda row: row["user"]
    )
    assert_type(report, JobsReport)
    await twin.jobs.submit(
        later,
        deployment=twin.deployments("abcd1234"),
        webhook="https://h",
        ledger="l.sqlite",
        key=lambda row: str(row["n"]),
    )
    client.jobs.submit(
        rows,
        deployment=deployment,
        webhook="https://h",
        ledger="l.sqlite",
        key=lambda row: row.user,  # type: ignore[attr-defined]  # pyright: ignore
    )
    done = client.batch.run(
        rows,
        "out.jsonl",
        request=lambda row: batch.chat(model="org/m", messages=[user(row["text"])]),
        key=lambda row: row["user"],
    )
    assert_type(done, Report)
    client.batch.run("openai.jsonl", "out.jsonl", key=lambda row: row["custom_id"])
    client.batch.map("openai.jsonl", key=lambda row: row["custom_id"])
