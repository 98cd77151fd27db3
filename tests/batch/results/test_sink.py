"""Lines are collected, written whole and in order, and forced to the disk; who brings too many waits."""

from __future__ import annotations

import os
from pathlib import Path

import anyio
import pytest

from baseten_sdk.batch.results import sink as module
from baseten_sdk.batch.results.line_file import LineFile
from baseten_sdk.batch.results.sink import Sink
from baseten_sdk.errors import BatchOutputError

pytestmark = pytest.mark.anyio


@pytest.fixture
def files(tmp_path: Path) -> tuple[LineFile, LineFile]:
    return LineFile(tmp_path / "out.jsonl"), LineFile(tmp_path / "out.failed.jsonl")


async def test_lines_are_written_in_order_to_the_file_they_belong_to(
    files: tuple[LineFile, LineFile], tmp_path: Path
) -> None:
    sink = Sink(*files)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(sink.run)
        for number in range(500):
            await (sink.failure if number % 7 == 0 else sink.result)(b"%d\n" % number)
            if number % 100 == 0:
                await anyio.sleep(module.FLUSH_SECONDS * 1.2)
        tasks.cancel_scope.cancel()
    await sink.finish()
    done, failed = (file.path.read_bytes().split() for file in files)
    assert [int(each) for each in done] == [number for number in range(500) if number % 7]
    assert [int(each) for each in failed] == list(range(0, 500, 7))
    for file in files:
        file.close()


async def test_the_disk_keeps_what_was_written_each_second_and_at_the_end(
    files: tuple[LineFile, LineFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    monkeypatch.setattr(module, "SYNC_SECONDS", 0.0)
    sink = Sink(*files)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(sink.run)
        await sink.result(b"a\n")
        with anyio.fail_after(60):
            while not synced:  # noqa: ASYNC110  # nothing tells of it
                await anyio.sleep(0.01)
        tasks.cancel_scope.cancel()
    assert len(synced) == 1
    await sink.finish()
    assert len(synced) == 1  # nothing was written since
    await sink.result(b"b\n")
    await sink.failure(b"c\n")
    await sink.finish()
    assert len(synced) == 3
    for file in files:
        file.close()


async def test_who_brings_more_than_can_be_held_waits(
    files: tuple[LineFile, LineFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FULL", 10)
    sink = Sink(*files)
    brought: list[int] = []

    async def bring() -> None:
        for number in range(8):
            await sink.result(b"12345\n")
            brought.append(number)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(bring)
        await anyio.wait_all_tasks_blocked()
        assert len(brought) == 1
        with anyio.fail_after(60):
            while len(brought) < 8:
                await sink.finish()
    await sink.finish()
    assert files[0].size == 8 * 6
    for file in files:
        file.close()


async def test_a_disk_that_takes_no_more_is_told(
    files: tuple[LineFile, LineFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    sink = Sink(*files)
    await sink.result(b"a\n")
    monkeypatch.setattr(os, "write", full)
    with pytest.raises(BatchOutputError, match=r"out\.jsonl cannot be written: No space left"):
        await sink.finish()
    monkeypatch.undo()
    for file in files:
        file.close()


async def test_a_file_that_is_written_in_part_is_written_on(
    files: tuple[LineFile, LineFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = os.write

    def partial(file: int, data: memoryview) -> int:
        return whole(file, data[:3])

    monkeypatch.setattr(os, "write", partial)
    files[0].write(b"0123456789\n")
    monkeypatch.undo()
    assert files[0].path.read_bytes() == b"0123456789\n"
    for file in files:
        file.close()
