"""A run says what is: how far it is, what it waits for, and whether its output is still its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Unpack

import anyio
import pytest

from baseten_sdk import AsyncClient, batch
from baseten_sdk.batch import Call, FileRow, Progress, RunOptions
from baseten_sdk.errors import (
    BatchAbortedError,
    BatchOutputError,
    ConfigurationError,
    InternalServerError,
    InvalidRequestError,
    RateLimitError,
)

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress is shown every few milliseconds."""
    monkeypatch.setattr("baseten_sdk._runs.display.CALLBACK_SECONDS", 0.005)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps({"id": number}) + "\n" for number in range(10)))
    return path


def waits(seconds: float) -> Callable[[Exception, int], float]:
    def delay(error: Exception, tries: int) -> float:
        return seconds

    return delay


async def run(source: Path, act: Callable[[FileRow], object], **options: Unpack[RunOptions]) -> batch.Report:
    """Run a batch whose calls are a function of their rows, or await what that returns."""

    def request(row: FileRow) -> Call[object]:
        async def make(client: AsyncClient) -> object:
            found = act(row)
            if isinstance(found, anyio.Event):
                await found.wait()
            return 1

        return batch.custom(make)

    async with AsyncClient(api_key="abcd1234.nowhere", base_url="http://127.0.0.1:9/v1") as client:
        return await client.batch.run(source, source.with_name("out.jsonl"), request=request, **options)


async def test_the_share_is_of_rows_that_are_done_not_of_those_that_were_read(source: Path) -> None:
    shares: list[float | None] = []
    early: list[Progress] = []
    half = anyio.Event()

    def show(progress: Progress) -> None:
        shares.append(progress.done)
        if progress.done == 1.0 and progress.ok < 10:
            early.append(progress)
        if progress.done == 0.4:
            half.set()

    report = await run(source, lambda row: row["id"] < 4 or half, progress=show, concurrency=2)  # type: ignore[operator]  # pyright: ignore
    assert report.ok == 10
    assert 0.4 in shares
    assert shares[-1] == 1.0
    assert early == []


async def test_rows_that_an_earlier_run_has_done_are_done(source: Path) -> None:
    failing = {3, 4, 5}

    def act(row: FileRow) -> None:
        if row["id"] in failing:
            raise ValueError("No.")

    report = await run(source, act, progress="none")
    assert (report.ok, report.failed, report.failed_before) == (7, 3, 0)
    shares: list[float | None] = []
    report = await run(source, act, progress=lambda progress: shares.append(progress.done))
    assert (report.ok, report.failed, report.failed_before, report.done_before) == (0, 3, 3, 7)
    assert report.failures == str(source.with_name("out.failed.jsonl"))
    assert shares[-1] == 1.0
    failing.clear()
    report = await run(source, act, progress="none", retry_failed=True)
    assert (report.ok, report.failed, report.failures) == (3, 0, None)


async def test_a_storm_says_what_is_waited_for(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Progress] = []
    calm = anyio.Event()
    monkeypatch.setattr("baseten_sdk.batch.run.engine.retry_delay", waits(0.02))

    def show(progress: Progress) -> None:
        seen.append(progress)
        if progress.waiting:
            calm.set()

    def act(row: FileRow) -> None:
        if not calm.is_set():
            raise RateLimitError("Slow down.", status_code=429)

    report = await run(source, act, progress=show, concurrency=2, retries=10_000)
    assert (report.ok, report.failed) == (10, 0)
    stormy = next(progress for progress in seen if progress.waiting)
    assert stormy.reason == "RateLimitError: 429: Slow down."
    assert seen[-1].waiting == 0
    assert seen[-1].reason is None


async def test_tries_of_rows_are_counted_as_retries(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("baseten_sdk.batch.run.engine.retry_delay", waits(0.0))
    tried: set[object] = set()

    def act(row: FileRow) -> None:
        if row["id"] not in tried:
            tried.add(row["id"])
            error = InternalServerError("500: Boom.", status_code=500)
            error.attempts = 3
            raise error

    report = await run(source, act, progress="none")
    assert (report.ok, report.retries) == (10, 30)


async def test_a_batch_that_stops_has_its_report(source: Path) -> None:
    def act(row: FileRow) -> None:
        raise InternalServerError("500: Boom.", status_code=500)

    with pytest.raises(BatchAbortedError) as caught:
        await run(source, act, progress="none", retries=0, abort_after=3, concurrency=1)
    assert (caught.value.report.ok, caught.value.report.failed) == (0, 0)
    assert caught.value.report.stopped == caught.value.message


async def test_a_wrong_configuration_is_raised_itself_and_marks_no_row_as_failed(source: Path) -> None:
    asked: list[object] = []

    def act(row: FileRow) -> None:
        asked.append(row["id"])
        raise ConfigurationError("SSL_CERT_FILE names nothing.")

    with pytest.raises(ConfigurationError, match="SSL_CERT_FILE"):
        await run(source, act, progress="none", concurrency=2)
    assert len(asked) <= 2
    assert not source.with_name("out.failed.jsonl").exists()
    report = await run(source, lambda row: None, progress="none")
    assert (report.ok, report.failed) == (10, 0)


async def test_a_configuration_that_becomes_wrong_aborts_the_batch_and_marks_no_row_as_failed(source: Path) -> None:
    def act(row: FileRow) -> None:
        if row["id"] == 1:
            raise InvalidRequestError("messages must be a list.")
        if row["id"] == 3:
            raise ConfigurationError("SSL_CERT_FILE names nothing.")

    with pytest.raises(BatchAbortedError, match="SSL_CERT_FILE") as caught:
        await run(source, act, progress="none", concurrency=1)
    assert isinstance(caught.value.error, ConfigurationError)
    assert (caught.value.report.ok, caught.value.report.failed) == (2, 1)
    report = await run(source, lambda row: None, progress="none")
    assert (report.ok, report.done_before, report.failed_before) == (7, 2, 1)


@pytest.mark.parametrize("how", ["moved", "deleted", "replaced", "truncated"])
async def test_an_output_that_another_program_took_is_an_error_in_the_end(source: Path, how: str) -> None:
    sink = source.with_name("out.jsonl")

    def act(row: FileRow) -> None:
        if row["id"] == 9:
            match how:
                case "moved":
                    sink.rename(source.with_name("moved.jsonl"))
                case "truncated":
                    sink.write_bytes(b"")
                case _:
                    sink.unlink()
            if how == "replaced":
                sink.write_bytes(b"of another program\n")

    await run(source, lambda row: None, progress="none")
    with source.open("a") as file:
        file.writelines(json.dumps({"id": number}) + "\n" for number in range(10, 20))
    keys = {str(number) for number in range(20)}
    with pytest.raises(BatchOutputError) as caught:
        await run(source, lambda row: act({"id": 9}) if row["id"] == 15 else None, progress="none")
    lines: Mapping[str, Path] = {
        "moved": source.with_name("moved.jsonl"),
        "deleted": source.with_name("out.recovered-1.jsonl"),
        "replaced": source.with_name("out.recovered-1.jsonl"),
    }
    if how in lines:
        assert str(lines[how]) in str(caught.value)
        assert {json.loads(line)["key"] for line in lines[how].read_text().splitlines()} == keys
    else:
        assert "Run the batch again" in str(caught.value)
        report = await run(source, lambda row: None, progress="none")
        assert report.ok + report.done_before == 20
    if how == "replaced":
        assert sink.read_bytes() == b"of another program\n"
