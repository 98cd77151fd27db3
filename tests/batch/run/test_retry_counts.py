"""The client's own retries are in a row's attempts and in the report, whatever the row's value tells."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import anyio
import anyio.to_thread
import httpx
import pytest

from baseten_sdk import AsyncClient, Client, Retry, Target, batch
from baseten_sdk.batch import Call, Failed, Ok, Outcome
from baseten_sdk.types.json import JsonValue

pytestmark = pytest.mark.anyio

AT_ONCE = Retry(max_retries=5, initial=0.0, maximum=0.0)


class Flaky:
    """Answers with 503 as often as a script says before it answers; the scripts are used up one after the other."""

    def __init__(self, *failures: int) -> None:
        self._failures = list(failures)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self._failures and self._failures[0]:
            self._failures[0] -= 1
            return httpx.Response(503)
        self._failures = self._failures[1:]
        return httpx.Response(200, json={"answer": 42})


async def outcomes(flaky: Flaky, request: Callable[[int], Call[JsonValue]], rows: int) -> list[Outcome[int, JsonValue]]:
    async with (
        httpx.AsyncClient(transport=httpx.MockTransport(flaky)) as http,
        AsyncClient(api_key="abcd1234.nowhere", http_client=http, retry=AT_ONCE) as client,
        client.batch.map(range(rows), request=request, concurrency=1, retries=0, ordered=True) as found,
    ):
        return [outcome async for outcome in found]


async def test_a_value_without_meta_has_its_attempts() -> None:
    def request(row: int) -> Call[JsonValue]:
        return batch.predict("abcd1234", {"row": row}, response_model=dict)

    found = await outcomes(Flaky(0, 2, 1), request, 4)
    assert [type(each) for each in found] == [Ok] * 4
    # A call that needed no retry and does not tell of attempts counts none, as before.
    assert [each.attempts for each in found] == [0, 3, 2, 0]


async def test_the_report_counts_them(tmp_path: Path) -> None:
    def request(row: int) -> Call[JsonValue]:
        return batch.predict("abcd1234", {"row": row}, response_model=dict)

    async with (
        httpx.AsyncClient(transport=httpx.MockTransport(Flaky(3, 0, 1))) as http,
        AsyncClient(api_key="abcd1234.nowhere", http_client=http, retry=AT_ONCE) as client,
    ):
        out = tmp_path / "out.jsonl"
        report = await client.batch.run(range(3), out, request=request, concurrency=1, progress="none")
    assert (report.ok, report.retries) == (3, 4)


async def test_several_calls_of_one_row_are_counted_together() -> None:
    def request(row: int) -> Call[JsonValue]:
        async def make(client: AsyncClient) -> JsonValue:
            target = client.deployments("abcd1234")
            await target.predict({}, response_model=dict)
            await target.predict({}, response_model=dict)
            return row

        return batch.custom(make)

    found = await outcomes(Flaky(2, 1), request, 1)
    assert [each.attempts for each in found] == [4]


async def test_calls_in_tasks_and_threads_of_a_row_count_for_that_row() -> None:
    flaky = Flaky(2)

    def blocking() -> JsonValue:
        with (
            httpx.Client(transport=httpx.MockTransport(flaky)) as http,
            Client(api_key="abcd1234.nowhere", http_client=http, retry=AT_ONCE) as client,
        ):
            return client.deployments("abcd1234").predict({}, response_model=dict)

    def request(row: int) -> Call[JsonValue]:
        async def make(client: AsyncClient) -> JsonValue:
            if row:
                return await anyio.to_thread.run_sync(blocking)
            async with anyio.create_task_group() as tasks:
                for _ in range(2):
                    tasks.start_soon(ask, client)
            return row

        async def ask(client: AsyncClient) -> None:
            await client.deployments("abcd1234").predict({}, response_model=dict)

        return batch.custom(make)

    found = await outcomes(Flaky(1, 1), request, 2)
    assert [each.attempts for each in found] == [3, 3]


async def test_a_row_that_fails_after_a_call_that_was_retried_counts_it() -> None:
    def request(row: int) -> Call[JsonValue]:
        async def make(client: AsyncClient) -> JsonValue:
            await client.deployments("abcd1234").predict({}, response_model=dict)
            raise ValueError("no use")

        return batch.custom(make)

    (failed,) = await outcomes(Flaky(2), request, 1)
    assert isinstance(failed, Failed)
    assert failed.attempts == 3


async def test_a_failed_call_is_not_counted_twice() -> None:
    def request(row: int) -> Call[JsonValue]:
        return batch.predict("abcd1234", {"row": row}, response_model=dict)

    (failed,) = await outcomes(Flaky(99), request, 1)
    assert isinstance(failed, Failed)
    assert failed.attempts == 6


async def test_a_call_that_a_pool_made_to_a_second_member_counts_as_a_retry() -> None:
    def request(row: int) -> Call[JsonValue]:
        async def make(client: AsyncClient) -> JsonValue:
            pool = client.pool([Target("abcd1234"), Target("wxyz5678")])
            return await pool.predict({}, response_model=dict)

        return batch.custom(make)

    found = await outcomes(Flaky(1), request, 1)
    assert [type(each) for each in found] == [Ok]
    assert [each.attempts for each in found] == [2]
