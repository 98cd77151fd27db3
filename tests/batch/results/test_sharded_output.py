"""The parts of an output become one file: nothing is lost and nothing is there twice, whenever it is interrupted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from baseten_sdk.batch.results.lines import OwnLines
from baseten_sdk.batch.results.manifest import Manifest, manifest_path
from baseten_sdk.batch.results.output import Output, failed_path
from baseten_sdk.batch.results.sharded_output import ShardedOutput, shard_path
from baseten_sdk.batch.rows.shard import Shard
from baseten_sdk.errors import BatchLockedError, BatchOutputError


def done(*keys: str) -> str:
    return "".join(f'{{"key":"{key}","output":1}}\n' for key in keys)


def failed(*keys: str) -> str:
    return "".join(f'{{"key":"{key}","line":1,"error":{{}},"attempts":1}}\n' for key in keys)


def keys(path: Path) -> list[str]:
    return [json.loads(line)["key"] for line in path.read_text().splitlines()]


@pytest.fixture
def sink(tmp_path: Path) -> Path:
    """An output with one earlier result and one earlier failure, and two parts."""
    sink = tmp_path / "out.jsonl"
    sink.write_text(done("a"))
    failed_path(sink).write_text(failed("old"))
    for index, text, bad in ((1, done("b", "c"), failed("x")), (2, done("d"), "")):
        part = shard_path(sink, Shard(index, 2))
        part.write_text(text)
        if bad:
            failed_path(part).write_text(bad)
        source = {"name": "in.jsonl", "bytes": 1, "sha256": "0", "shard": f"{index}/2"}
        manifest_path(part).write_text(Manifest(source, {"kind": "chat"}, ("b", "0")).to_json())
    return sink


def join(sink: Path, *, retry_failed: bool) -> None:
    with ShardedOutput(sink, 2, openai=False) as output:
        output.join(retry_failed=retry_failed)


def test_the_parts_are_joined_and_gone(sink: Path) -> None:
    join(sink, retry_failed=False)
    assert keys(sink) == ["a", "b", "c", "d"]
    assert keys(failed_path(sink)) == ["old", "x"]
    manifest = Manifest.of_json(manifest_path(sink).read_text())
    assert manifest.source == {"name": "in.jsonl", "bytes": 1, "sha256": "0"}
    assert manifest.settings == {"kind": "chat"}
    assert sorted(path.name for path in sink.parent.iterdir()) == [
        "out.failed.jsonl", "out.jsonl", "out.jsonl.manifest.json",
    ]  # fmt: skip


def test_failures_that_were_run_again_are_those_of_the_parts(sink: Path) -> None:
    join(sink, retry_failed=True)
    assert keys(failed_path(sink)) == ["x"]


def test_no_failures_leave_no_file(sink: Path) -> None:
    failed_path(shard_path(sink, Shard(1, 2))).unlink()
    join(sink, retry_failed=True)
    assert not failed_path(sink).exists()


def test_joining_again_after_an_interruption_adds_nothing(sink: Path) -> None:
    left = {path: path.read_bytes() for path in sink.parent.iterdir() if "part" in path.name}
    join(sink, retry_failed=False)
    before = sink.read_bytes(), failed_path(sink).read_bytes()
    for path, data in left.items():
        path.write_bytes(data)
    join(sink, retry_failed=False)
    assert (sink.read_bytes(), failed_path(sink).read_bytes()) == before


def test_a_failure_of_a_row_that_has_a_result_is_left_out(sink: Path) -> None:
    failed_path(shard_path(sink, Shard(1, 2))).write_text(failed("a", "y"))
    join(sink, retry_failed=False)
    assert keys(failed_path(sink)) == ["old", "y"]


def test_a_line_that_was_cut_off_is_no_line(sink: Path) -> None:
    sink.write_text(done("a") + '{"key":"torn","outp')
    join(sink, retry_failed=False)
    assert keys(sink) == ["a", "b", "c", "d"]


def test_an_output_that_several_processes_fill_is_locked_and_an_empty_failures_file_is_not_left(tmp_path: Path) -> None:
    sink = tmp_path / "out.jsonl"
    with ShardedOutput(sink, 2, openai=False):
        with pytest.raises(BatchLockedError):
            Output(sink, OwnLines())
        with pytest.raises(BatchLockedError):
            ShardedOutput(sink, 3, openai=False)
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]


def test_it_is_still_locked_once_the_joined_file_has_the_name(sink: Path) -> None:
    with ShardedOutput(sink, 2, openai=False) as output:
        output.join(retry_failed=False)
        with pytest.raises(BatchLockedError):
            Output(sink, OwnLines())
    Output(sink, OwnLines()).close()


def test_parts_are_kept_where_another_program_took_the_name_of_the_output(sink: Path) -> None:
    with ShardedOutput(sink, 2, openai=False) as output:
        sink.unlink()
        sink.write_text("of another program")
        with pytest.raises(BatchOutputError, match=r"is in .*out\.recovered-1\.jsonl"):
            output.join(retry_failed=False)
    assert sink.read_text() == "of another program"
    assert keys(sink.with_name("out.recovered-1.jsonl")) == ["a"]
    assert keys(shard_path(sink, Shard(1, 2))) == ["b", "c"]
