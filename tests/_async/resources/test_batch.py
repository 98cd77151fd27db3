"""Batches over the wire: from a file to a file, and from rows to outcomes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import BaseModel

from baseten_sdk import (
    AsyncClient,
    BatchAbortedError,
    BatchMismatchError,
    BudgetExceededError,
    ChatCompletion,
    ConfigurationError,
    PermissionDeniedError,
    UnprocessableEntityError,
    batch,
    user,
)
from baseten_sdk.batch import Budget, Call, DeploymentTarget, Failed, FileRow, Ok
from baseten_sdk.emulator import Emulator
from tests.asking import MODEL
from tests.patience import growing

pytestmark = pytest.mark.anyio


def ask(row: Mapping[str, object]) -> Call[ChatCompletion]:
    return batch.chat(model=str(row.get("model", MODEL)), messages=[user(str(row["text"]))], max_tokens=16)


def written(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def texts(count: int) -> list[dict[str, object]]:
    return [{"id": f"r{number}", "text": f"Say {number}"} for number in range(count)]


def read(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def asked(emu: Emulator) -> list[str]:
    return [json.loads(request.body)["messages"][0]["content"] for request in emu.requests]


async def test_every_row_of_a_file_has_one_line(client: AsyncClient, emu: Emulator, tmp_path: Path) -> None:
    source, sink = written(tmp_path / "in.jsonl", texts(40)), tmp_path / "out.jsonl"
    report = await client.batch.run(source, sink, request=ask, concurrency=8)
    assert (report.ok, report.failed, report.stopped) == (40, 0, None)
    assert report.input_tokens > 0
    assert report.output_tokens > 0
    assert report.p50 is not None
    lines = read(sink)
    assert sorted(str(line["key"]) for line in lines) == sorted(f"r{number}" for number in range(40))
    completions = [ChatCompletion.model_validate(line["output"]) for line in lines]
    assert all(completion.text for completion in completions)
    assert sorted(asked(emu)) == sorted(f"Say {number}" for number in range(40))
    assert sorted(os.listdir(tmp_path)) == ["in.jsonl", "out.jsonl", "out.jsonl.manifest.json"]


async def test_a_second_run_does_what_is_left_and_nothing_twice(
    client: AsyncClient, emu: Emulator, tmp_path: Path
) -> None:
    source, sink = written(tmp_path / "in.jsonl", texts(20)), tmp_path / "out.jsonl"
    await client.batch.run(source, sink, request=ask)
    lines = sink.read_bytes().splitlines(keepends=True)
    sink.write_bytes(b"".join(lines[:7]) + lines[7][:20])
    emu.requests.clear()
    report = await client.batch.run(source, sink, request=ask)
    assert (report.ok, report.done_before) == (13, 7)
    assert len(emu.requests) == 13
    assert sink.read_bytes().startswith(b"".join(lines[:7]))
    assert sorted(str(line["key"]) for line in read(sink)) == sorted(f"r{number}" for number in range(20))
    report = await client.batch.run(source, sink, request=ask)
    assert (report.ok, report.failed, report.done_before) == (0, 0, 20)


async def test_failures_go_to_a_file_of_their_own_and_can_be_taken_up_again(
    client: AsyncClient, tmp_path: Path
) -> None:
    rows = texts(6)
    rows[2]["model"] = "emulator/422"
    rows[4]["text"] = {}
    del rows[5]["text"]
    source, sink = written(tmp_path / "in.jsonl", rows), tmp_path / "out.jsonl"
    report = await client.batch.run(source, sink, request=ask)
    assert (report.ok, report.failed) == (4, 2)
    failures = {str(line["key"]): line for line in read(tmp_path / "out.failed.jsonl")}
    assert failures.keys() == {"r2", "r5"}
    problem = failures["r2"]["error"]
    assert isinstance(problem, dict)
    assert problem["type"] == "UnprocessableEntityError"
    assert failures["r2"]["attempts"] == 1
    assert failures["r5"]["error"] == {"type": "InvalidRequestError", "message": "line 6 has no field text."}

    report = await client.batch.run(source, sink, request=ask)
    assert (report.ok, report.failed, report.done_before, report.failed_before) == (0, 2, 4, 2)

    def mended(row: FileRow) -> Call[ChatCompletion]:
        return ask({**row, "model": MODEL, "text": row.get("text", "nothing")})

    report = await client.batch.run(source, sink, request=mended, retry_failed=True, force=True)
    assert (report.ok, report.failed, report.done_before) == (2, 0, 4)
    assert sorted(str(line["key"]) for line in read(sink)) == [f"r{number}" for number in range(6)]
    assert not (tmp_path / "out.failed.jsonl").exists()


async def test_the_output_of_another_job_is_refused(client: AsyncClient, emu: Emulator, tmp_path: Path) -> None:
    source, sink = written(tmp_path / "in.jsonl", texts(3)), tmp_path / "out.jsonl"
    await client.batch.run(source, sink, request=ask)
    emu.requests.clear()

    def shorter(row: FileRow) -> Call[ChatCompletion]:
        return batch.chat(model=MODEL, messages=[user(str(row["text"]))], max_tokens=8)

    def worded_otherwise(row: FileRow) -> Call[ChatCompletion]:
        return batch.chat(model=MODEL, messages=[user(f"Please: {row['text']}")], max_tokens=16)

    with pytest.raises(BatchMismatchError, match="max_tokens was 16 and is now 8"):
        await client.batch.run(source, sink, request=shorter)
    with pytest.raises(BatchMismatchError, match="the row 'r0' asks something else"):
        await client.batch.run(source, sink, request=worded_otherwise)
    other = written(tmp_path / "other.jsonl", texts(4))
    with pytest.raises(BatchMismatchError, match=r"the input was in\.jsonl"):
        await client.batch.run(other, sink, request=ask)
    with pytest.raises(BatchMismatchError, match="fingerprint"):
        await client.batch.run(source, sink, request=ask, fingerprint="v2")
    assert list(emu.requests) == []
    with source.open("a") as file:
        file.write('{"id": "later", "text": "more"}\n')
    report = await client.batch.run(source, sink, request=ask)
    assert (report.ok, report.done_before) == (1, 3)


async def test_a_batch_without_hope_is_aborted_at_once_with_one_error(emu: Emulator, tmp_path: Path) -> None:
    source, sink = written(tmp_path / "in.jsonl", texts(60)), tmp_path / "out.jsonl"
    async with AsyncClient(api_key="abcd1234.wrong", endpoints=emu.endpoints) as stranger:
        with pytest.raises(BatchAbortedError, match="Every other row would fail too") as caught:
            await stranger.batch.run(source, sink, request=ask, concurrency=4)
    assert isinstance(caught.value.error, PermissionDeniedError)
    assert caught.value.report.failed == 0
    assert len(emu.requests) <= 8
    assert not (tmp_path / "out.failed.jsonl").exists()
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints) as client:
        report = await client.batch.run(source, sink, request=ask)
    assert report.ok == 60


async def test_rows_that_all_fail_alike_end_the_job_and_are_taken_up_again(
    client: AsyncClient, emu: Emulator, tmp_path: Path
) -> None:
    source, sink = written(tmp_path / "in.jsonl", texts(60)), tmp_path / "out.jsonl"
    emu.faults.always("status=422")
    try:
        with pytest.raises(BatchAbortedError, match="10 rows in a row failed in the same way") as caught:
            await client.batch.run(source, sink, request=ask, concurrency=4, abort_after=10)
    finally:
        emu.faults.clear()
    assert isinstance(caught.value.error, UnprocessableEntityError)
    assert len(emu.requests) < 20
    report = await client.batch.run(source, sink, request=ask)
    assert (report.ok, report.failed_before) == (60, 0)


async def test_a_budget_ends_a_job_that_can_be_resumed(client: AsyncClient, tmp_path: Path) -> None:
    source, sink = written(tmp_path / "in.jsonl", texts(100)), tmp_path / "out.jsonl"
    with pytest.raises(BudgetExceededError, match="tokens of 100 are used") as caught:
        await client.batch.run(source, sink, request=ask, concurrency=2, budget=Budget(tokens=100))
    assert 0 < caught.value.report.ok < 50
    report = await client.batch.run(source, sink, request=ask)
    assert report.ok + report.done_before == 100
    rows: list[dict[str, object]] = [{"id": number, "text": "x", "model": "emulator/422"} for number in range(30)]
    source = written(tmp_path / "bad.jsonl", rows)
    with pytest.raises(BudgetExceededError, match="More than 5 rows failed"):
        await client.batch.run(
            source, tmp_path / "bad_out.jsonl", request=ask, concurrency=2, budget=Budget(failures=5), abort_after=None
        )
    assert 5 < len(read(tmp_path / "bad_out.failed.jsonl")) < 10


async def test_a_budget_that_is_used_up_by_the_last_row_has_stopped_nothing(
    client: AsyncClient, tmp_path: Path
) -> None:
    source, sink = written(tmp_path / "in.jsonl", texts(5)), tmp_path / "out.jsonl"
    whole = await client.batch.run(source, sink, request=ask, concurrency=1)
    used = whole.input_tokens + whole.output_tokens
    again = await client.batch.run(
        source, tmp_path / "again.jsonl", request=ask, concurrency=1, budget=Budget(tokens=used)
    )
    assert (again.ok, again.stopped) == (5, None)


async def test_time_that_is_over_ends_a_job_and_what_is_in_flight(client: AsyncClient, tmp_path: Path) -> None:
    rows = texts(4)
    rows[2]["model"] = "emulator/hang"
    source = written(tmp_path / "in.jsonl", rows)
    for seconds in growing(0.3):
        sink = tmp_path / f"{seconds:g}.jsonl"
        with pytest.raises(BudgetExceededError, match=rf"{seconds:g} s are over") as caught:
            await client.batch.run(source, sink, request=ask, concurrency=1, budget=Budget(seconds=seconds, grace=0.01))
        done = caught.value.report.ok
        assert len(read(sink)) == done <= 2
        if done == 2:
            break


async def test_an_openai_batch_file_is_read_and_written_as_one(client: AsyncClient, tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {
            "custom_id": f"c{number}",
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": {"model": model, "messages": [{"role": "user", "content": "Hi"}]},
        }
        for number, model in enumerate([MODEL, "emulator/422", MODEL])
    ]
    source, sink = written(tmp_path / "batch.jsonl", rows), tmp_path / "out.jsonl"
    report = await client.batch.run(source, sink)
    assert (report.ok, report.failed) == (2, 1)
    assert report.output_tokens > 0
    lines = {str(line["custom_id"]): line for line in read(sink)}
    assert lines.keys() == {"c0", "c2"}
    for line in lines.values():
        assert line.keys() == {"id", "custom_id", "response", "error"}
        assert line["error"] is None
        response = line["response"]
        assert isinstance(response, dict)
        assert response.keys() == {"status_code", "request_id", "body"}
        assert response["status_code"] == 200
        assert ChatCompletion.model_validate(response["body"]).text
    (failure,) = read(tmp_path / "out.failed.jsonl")
    assert failure["custom_id"] == "c1"
    assert isinstance(failure["response"], dict)
    assert failure["response"]["status_code"] == 422
    report = await client.batch.run(source, sink)
    assert (report.ok, report.done_before, report.failed_before) == (0, 2, 1)
    report = await client.batch.run(source, tmp_path / "dep.jsonl", request=batch.openai_request("abcd1234"))
    assert report.ok + report.failed == 3


class City(BaseModel):
    name: str


class CityRow(BaseModel):
    id: int
    city: str


async def test_rows_may_have_a_type_and_results_a_form(client: AsyncClient, tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"id": 1, "city": "Paris"}, {"id": "one", "city": "Oslo"}]
    source, sink = written(tmp_path / "in.jsonl", rows), tmp_path / "out.jsonl"

    def parse(row: CityRow) -> Call[object]:
        return batch.parse(model=MODEL, messages=[user(row.city)], response_format=City)

    report = await client.batch.run(
        source, sink, request=parse, row_type=CityRow, key="city", output=lambda ok: {"was": ok.row.id}
    )
    assert (report.ok, report.failed) == (1, 1)
    assert read(sink) == [{"key": "Paris", "output": {"was": 1}}]
    (failure,) = read(tmp_path / "out.failed.jsonl")
    assert (failure["key"], failure["line"]) == (None, 2)


async def test_every_kind_of_call_can_be_made_on_any_deployment(client: AsyncClient, tmp_path: Path) -> None:
    staging = DeploymentTarget("abcd1234", environment="staging")

    calls: list[Call[object]] = [
        batch.chat(model="served", messages=[user("Hi")], deployment="abcd1234"),
        batch.parse(model="served", messages=[user("Paris")], response_format=City, deployment=staging),
        batch.predict("abcd1234", {"prompt": "Hi"}),
        batch.predict(staging, {"prompt": "Hi"}, response_model=dict[str, object]),
        batch.sync("abcd1234", "items/1"),
        batch.sync("abcd1234", "items/2", json={"a": 1}),
        batch.embeddings("abcd1234", "Hi"),
        batch.path("chat/completions", json={"model": MODEL, "messages": [{"role": "user", "content": "Hi"}]}),
    ]
    report = await client.batch.run(range(len(calls)), tmp_path / "out.jsonl", request=lambda number: calls[number])
    assert (report.ok, report.failed) == (len(calls), 0)
    assert sorted(int(str(line["key"])) for line in read(tmp_path / "out.jsonl")) == list(range(1, len(calls) + 1))


async def test_outcomes_come_as_they_are_there_or_in_order(client: AsyncClient) -> None:
    rows = [{"text": f"Say {number}"} for number in range(30)]
    rows[3]["model"] = "emulator/422"
    for ordered in (True, False):
        seen: list[int] = []
        async with client.batch.map(rows, request=ask, concurrency=7, ordered=ordered) as outcomes:
            async for outcome in outcomes:
                seen.append(outcome.number)
                match outcome:
                    case Ok(row=row, value=completion):
                        assert row is rows[outcome.number - 1]
                        assert completion.text
                    case Failed(error=error):
                        assert outcome.number == 4
                        assert isinstance(error, UnprocessableEntityError)
        assert sorted(seen) == list(range(1, 31))
        if ordered:
            assert seen == sorted(seen)


async def test_outcomes_may_be_iterated_over_without_with(client: AsyncClient) -> None:
    count = 0
    async for outcome in client.batch.map([{"text": "a"}, {"text": "b"}], request=ask, key="text"):
        assert outcome.key in {"a", "b"}
        count += 1
    assert count == 2


async def test_outcomes_that_are_left_early_end_what_is_in_flight(client: AsyncClient, emu: Emulator) -> None:
    rows = ({"text": f"Say {number}"} for number in range(10_000))
    async with client.batch.map(rows, request=ask, concurrency=4, window=8) as outcomes:
        async for outcome in outcomes:
            assert isinstance(outcome, Ok)
            break
    assert len(emu.requests) <= 1 + 8 + 4 + 256 + 8


async def test_the_concurrency_may_be_found_while_the_rows_run(client: AsyncClient, tmp_path: Path) -> None:
    source = written(tmp_path / "in.jsonl", texts(60))
    report = await client.batch.run(source, tmp_path / "out.jsonl", request=ask, concurrency="auto")
    assert report.ok == 60
    assert report.concurrency is not None
    concurrency = batch.AdaptiveConcurrency(16)
    report = await client.batch.run(source, tmp_path / "more.jsonl", request=ask, concurrency=concurrency)
    assert (report.ok, report.concurrency) == (60, concurrency.current)
    report = await client.batch.run(source, tmp_path / "again.jsonl", request=ask, concurrency=8)
    assert (report.ok, report.concurrency) == (60, None)


@pytest.mark.parametrize("concurrency", [0, -1, True, 257])
async def test_a_concurrency_that_cannot_be_is_refused(client: AsyncClient, tmp_path: Path, concurrency: int) -> None:
    with pytest.raises(ConfigurationError, match="concurrency"):
        await client.batch.run([{"text": "a"}], tmp_path / "o.jsonl", request=ask, concurrency=concurrency)


async def test_a_source_or_sink_that_cannot_be_is_refused(client: AsyncClient, tmp_path: Path) -> None:
    source = written(tmp_path / "in.jsonl", texts(1))
    with pytest.raises(ConfigurationError, match="cannot be read"):
        await client.batch.run(tmp_path / "none.jsonl", tmp_path / "o.jsonl", request=ask)
    with pytest.raises(ConfigurationError, match="does not show the format"):
        await client.batch.run(written(tmp_path / "in.txt", []), tmp_path / "o.jsonl", request=ask)
    with pytest.raises(ConfigurationError, match="Compress it at the end"):
        await client.batch.run(source, tmp_path / "o.jsonl.gz", request=ask)
    with pytest.raises(ConfigurationError, match=r"name that ends in \.jsonl"):
        await client.batch.run(source, tmp_path / "o.parquet", request=ask)
    with pytest.raises(ConfigurationError, match="only local files can be read"):
        await client.batch.run("s3://bucket/in.jsonl", tmp_path / "o.jsonl", request=ask)
    with pytest.raises(ConfigurationError, match="is the source"):
        await client.batch.run(source, source, request=ask)
