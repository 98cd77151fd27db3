"""A source is divided into parts that are equal, that do not overlap, and that stay what they are when it grows."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from hypothesis import given, strategies as st

from baseten_sdk import AsyncClient, BatchMismatchError, ConfigurationError, batch
from baseten_sdk.batch.rows.shard import Shard
from baseten_sdk.emulator import Emulator


@pytest.fixture(scope="module")
def emu() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@given(st.integers(1, 20), st.integers(1, 500))
def test_every_row_is_in_one_part_and_the_parts_are_equal(count: int, rows: int) -> None:
    shards = [Shard(index, count) for index in range(1, count + 1)]
    sizes = [sum(shard.has(number) for number in range(1, rows + 1)) for shard in shards]
    assert sum(sizes) == rows
    assert max(sizes) - min(sizes) <= 1
    for number in range(1, rows + 1):
        assert sum(shard.has(number) for shard in shards) == 1


def test_a_part_is_read_as_it_is_written() -> None:
    assert Shard.parse("2/8") == Shard(2, 8)
    assert str(Shard(2, 8)) == "2/8"


@pytest.mark.parametrize("text", ["0/8", "9/8", "2", "2/", "a/b", "2/8/1", "-1/8", ""])
def test_what_is_no_part_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="2/8"):
        Shard.parse(text)


def ask(row: batch.FileRow) -> batch.Call[object]:
    return batch.predict("abcd1234", row["id"])


@pytest.mark.parametrize("name", ["in.jsonl", "in.jsonl.gz", "in.csv"])
def test_the_parts_of_a_file_make_the_whole(name: str, tmp_path: Path, emu: Emulator) -> None:
    source = tmp_path / name
    if "csv" in name:
        text = "id\n" + "".join(f"{number}\n" for number in range(10))
    else:
        text = "".join(json.dumps({"id": str(number)}) + "\n" for number in range(10))
    source.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())

    async def run() -> None:
        async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints) as client:
            for part in ("1/3", "2/3", "3/3"):
                sink = tmp_path / f"out-{part[0]}.jsonl"
                report = await client.batch.run(source, sink, request=ask, shard=part, progress="none")
                assert report.ok in (3, 4)
            with pytest.raises(BatchMismatchError):
                await client.batch.run(source, tmp_path / "out-1.jsonl", request=ask, shard="2/3", progress="none")

    anyio.run(run)
    keys = [
        json.loads(line)["key"]
        for index in (1, 2, 3)
        for line in (tmp_path / f"out-{index}.jsonl").read_text().splitlines()
    ]
    assert sorted(keys) == [str(number) for number in range(10)]


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines()


@pytest.mark.parametrize("name", ["in.jsonl", "in.csv"])
def test_a_key_that_another_part_has_is_there_before(name: str, tmp_path: Path, emu: Emulator) -> None:
    source = tmp_path / name
    ids = ["a", "b", "a", "c", "c"]
    if "csv" in name:
        source.write_text("id\n" + "".join(f"{each}\n" for each in ids))
    else:
        source.write_text("".join(json.dumps({"id": each}) + "\n" for each in ids))

    async def run() -> list[tuple[int, int, int, int]]:
        async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints) as client:
            reports = [
                await client.batch.run(
                    source, tmp_path / f"out-{part[0]}.jsonl", request=ask, shard=part, progress="none"
                )
                for part in ("1/2", "2/2") * 2
            ]
        return [(each.ok, each.failed, each.done_before, each.failed_before) for each in reports]

    # Line 1 of a table is its header.
    parts = [(2, 0), (1, 2)] if "csv" in name else [(1, 2), (2, 0)]
    assert anyio.run(run) == [(*part, 0, 0) for part in parts] + [(0, failed, done, failed) for done, failed in parts]
    failures = [json.loads(line) for path in tmp_path.glob("*.failed.jsonl") for line in lines(path)]
    assert {each["error"]["type"] for each in failures} == {"DuplicateKeyError"}
    first = 2 if "csv" in name else 1
    assert sorted(each["line"] for each in failures) == [first + 2, first + 4]
    results = [json.loads(line)["key"] for path in tmp_path.glob("out-?.jsonl") for line in lines(path)]
    assert sorted(results) == ["a", "b", "c"]


def test_rows_of_the_program_are_divided_too(emu: Emulator) -> None:
    async def run() -> list[object]:
        async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints) as client:
            outcomes = client.batch.map([*range(10)], request=lambda n: batch.predict("abcd1234", n), shard="2/4")
            return [outcome.row async for outcome in outcomes]

    assert sorted(anyio.run(run), key=str) == [1, 5, 9]
