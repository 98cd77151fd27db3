"""A source that can be read once is read once, and loses no row."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from io import BufferedReader
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from baseten_sdk.batch.rows.content import STDIN, Content
from baseten_sdk.batch.rows.file_source import FileSource
from baseten_sdk.batch.rows.files import Format
from baseten_sdk.batch.rows.intake import every_row
from baseten_sdk.batch.rows.pipe import Pipe
from baseten_sdk.batch.rows.row_type import DictRows
from baseten_sdk.batch.rows.shard import Shard
from baseten_sdk.errors import ConfigurationError

pytestmark = pytest.mark.anyio

LINES = b"".join(b'{"id": "r%d"}\n' % number for number in range(5000))


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


async def keys_of(path: Path, data: bytes, format: Format = "jsonl", shard: Shard | None = None) -> list[str]:
    writer = threading.Thread(target=path.write_bytes, args=(data,))
    writer.start()
    source = FileSource(path, DictRows(), format)
    assert await source.first() is not None
    assert source.identity(100) == {}
    assert source.progress() is None
    supply = source.supply(every_row(lambda row: row["id"], source.unit, shard), shard)
    keys: list[str] = []
    while (rows := await supply.take(1000)) is not None:
        keys += [row.key for row in rows]
    writer.join()
    return keys


async def test_every_row_of_a_pipe_is_read_once(pipe: Path) -> None:
    assert await keys_of(pipe, LINES) == [f"r{number}" for number in range(5000)]


async def test_a_bad_first_line_of_a_pipe_is_not_lost(pipe: Path) -> None:
    assert await keys_of(pipe, b"nonsense\n\n" + LINES[:26]) == ["line 1", "r0", "r1"]


async def test_a_pipe_has_every_format_that_is_read_in_order(pipe: Path) -> None:
    assert await keys_of(pipe, b"id,text\nr0,a\nr1,b\n", "csv") == ["r0", "r1"]
    assert await keys_of(pipe, json.dumps([{"id": "r0"}, {"id": "r1"}], indent=1).encode(), "json") == ["r0", "r1"]
    assert await keys_of(pipe, gzip.compress(LINES[:26])) == ["r0", "r1"]


async def test_a_part_of_a_pipe_is_that_part(pipe: Path) -> None:
    assert await keys_of(pipe, LINES[:52], shard=Shard(2, 2)) == ["r1", "r3"]


async def test_parquet_cannot_come_out_of_a_pipe(pipe: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read from a pipe"):
        await FileSource(pipe, DictRows(), "parquet").first()


async def test_a_file_can_be_read_again(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(LINES[:26])
    source = FileSource(path, DictRows(), None)
    assert await source.first() == {"id": "r0"}
    supply = source.supply(every_row(None, source.unit))
    keys: list[str] = []
    while (rows := await supply.take(10)) is not None:
        keys += [row.key for row in rows]
    assert keys == ["1", "2"]
    assert source.progress() == 1.0


def test_the_standard_input_is_a_source() -> None:
    code = (
        "from pathlib import Path\n"
        "from baseten_sdk.batch.rows.files import FileRows\n"
        "from baseten_sdk.batch.rows.row_type import DictRows\n"
        "print(sum(1 for record in FileRows(Path('-'), DictRows()).records()))"
    )
    ended = subprocess.run([sys.executable, "-c", code], input=LINES, capture_output=True, timeout=60)
    assert ended.stdout == b"5000\n", ended.stderr


def test_a_standard_input_that_was_read_before_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(ConfigurationError, match="standard input cannot be read"):
        Content(STDIN)


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="it is a directory"):
        Content(tmp_path)


async def test_waiting_for_the_first_row_of_a_pipe_can_be_cancelled(pipe: Path) -> None:
    source = FileSource(pipe, DictRows(), "jsonl")
    writer: int | None = None
    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(source.first)
            while writer is None:
                with suppress(OSError):  # there is no reader yet
                    writer = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
                await anyio.lowlevel.checkpoint()
            scope.cancel()
    assert scope.cancelled_caught
    assert writer is not None
    os.close(writer)
    assert source._content._pipe is not None
    assert source._content._pipe.given_up


async def test_a_run_that_ends_gives_up_waiting_for_more(pipe: Path) -> None:
    source = FileSource(pipe, DictRows(), "jsonl")
    with pipe.open("r+b", buffering=0) as writer:  # opened for reading too, so that it does not wait
        writer.write(LINES[:13])
        assert await source.first() == {"id": "r0"}
        supply = source.supply(every_row(None, source.unit))
        rows = await supply.take(100)
        assert rows is not None
        assert [row.key for row in rows] == ["1"]
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(supply.take, 100)
                await anyio.wait_all_tasks_blocked()
                scope.cancel()
        assert source._content._pipe is not None
        assert source._content._pipe.given_up


def test_a_read_that_was_given_up_ends_as_if_the_pipe_had() -> None:
    reading, writing = os.pipe()
    pipe = Pipe(reading)
    lines: list[bytes] = []
    thread = threading.Thread(target=lambda: lines.extend(BufferedReader(pipe)))
    thread.start()
    os.write(writing, b"one\ntwo\n")
    pipe.given_up = True
    thread.join()
    assert lines == [b"one\n", b"two\n"]
    os.close(reading)
    os.close(writing)
